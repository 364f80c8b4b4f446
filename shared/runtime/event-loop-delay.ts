import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;

const name = (which: string): string => `nodejs_eventloop_lag_${which}_seconds`;

/** The names and texts of prom-client. */
const readings: readonly (readonly [name: string, help: string, ns: (histogram: DelayHistogram) => number])[] = [
  [name('min'), 'The minimum recorded event loop delay.', ({ min }) => min],
  [name('max'), 'The maximum recorded event loop delay.', ({ max }) => max],
  [name('mean'), 'The mean of the recorded event loop delays.', ({ mean }) => mean],
  [name('stddev'), 'The standard deviation of the recorded event loop delays.', ({ stddev }) => stddev],
  [name('p50'), 'The 50th percentile of the recorded event loop delays.', (histogram) => histogram.percentile(50)],
  [name('p90'), 'The 90th percentile of the recorded event loop delays.', (histogram) => histogram.percentile(90)],
  [name('p99'), 'The 99th percentile of the recorded event loop delays.', (histogram) => histogram.percentile(99)],
];

/**
 * How long each turn of the event loop made all else wait, since the scrape before, in the place of prom-client's gauges:
 * those are fed by a timer that wakes an idle process ten times a second or more, and whose interval is part of each value.
 */
export function measureEventLoopDelay(registry: Registry): void {
  const histogram = monitorEventLoopDelay({ samplePerIteration: true });
  histogram.enable();
  for (const [index, [name, help, ns]] of readings.entries()) {
    registry.removeSingleMetric(name);
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => {
        gauge.set(ns(histogram) / 1e9);
        if (index === readings.length - 1) histogram.reset();
      },
    });
  }
}
