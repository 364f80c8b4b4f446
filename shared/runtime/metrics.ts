import { collectDefaultMetrics, Registry } from 'prom-client';

/** The event loop's delay is sampled so often: every 10 ms, the default, costs a quarter of a per cent of a core. */
const eventLoopSampleMs = 100;

/** A registry of its own per program, with the process's metrics (CPU, memory, event loop, collections). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopSampleMs });
  return registry;
}
