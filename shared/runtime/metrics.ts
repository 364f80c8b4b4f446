import { collectDefaultMetrics, Registry } from 'prom-client';
import { measureEventLoopDelay } from './event-loop-delay.ts';

/** The longest that a timer takes: `measureEventLoopDelay` does without one. */
const neverMs = 2 ** 31 - 1;

/** A registry of its own per program, with the process's metrics (CPU, memory, event loop, collections). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: neverMs });
  measureEventLoopDelay(registry);
  return registry;
}
