import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own per program, with the process's metrics (CPU, memory, event loop, collections). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
