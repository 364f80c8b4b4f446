import { type IPAddressPool, ipAddressPoolResource, type PoolUsage } from '../shared/api/ip-address-pool.ts';
import { keyOf } from '../shared/api/object-meta.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { WorkOutcome } from '../shared/runtime/work-queue.ts';
import { workQueueTask } from '../shared/runtime/work-queue-task.ts';
import type { PoolSpace } from './allocator/pool.ts';
import type { ControllerMetrics } from './metrics.ts';
import { poolUsage, sameUsage, usageJson } from './pool-usage.ts';

export interface PoolStatusOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly metrics: ControllerMetrics;
  readonly namespace: string;
  readonly resources: Cache<IPAddressPool>;
}

export interface PoolStatusTask extends Task {
  /** The use of these pools may have changed. */
  touch(pools: () => Iterable<PoolSpace>): void;
}

/** Changes within this time are written, and measured, once. */
const gatherMs = 500;

/** Writes the counters of the IPAddressPools, and keeps those of the metrics. */
export function poolStatusTask(options: PoolStatusOptions): PoolStatusTask {
  const { clock } = options;
  const counters = new PoolCounters(options);
  const queue = workQueueTask({
    name: 'pool-status',
    clock,
    log: options.log,
    random: options.random,
    work: (pool) => counters.write(pool),
  });
  let cancel: (() => void) | undefined;
  let inForce = (): Iterable<PoolSpace> => [];
  const compare = (): void => {
    cancel ??= clock.after(gatherMs, () => {
      cancel = undefined;
      for (const pool of counters.take(inForce())) queue.add(pool);
    });
  };
  return {
    name: 'pool-status',
    ready: queue.ready,
    touch: (pools) => {
      inForce = pools;
      compare();
    },
    run: async (signal) => {
      // A pool that is deleted and created again, or edited by hand, has lost its counters though nothing else changed.
      const unsubscribe = options.resources.onChange(compare);
      try {
        await queue.run(signal);
      } finally {
        unsubscribe();
        cancel?.();
      }
    },
  };
}

class PoolCounters {
  readonly #options: PoolStatusOptions;
  /** By pool; bounded by the pools of the configuration. */
  #usage: ReadonlyMap<string, PoolUsage> = new Map();

  constructor(options: PoolStatusOptions) {
    this.#options = options;
  }

  /** Takes the counters anew; returns the pools whose status does not say so. */
  take(pools: Iterable<PoolSpace>): readonly string[] {
    const { metrics, namespace, resources } = this.#options;
    const before = this.#usage;
    const next = new Map<string, PoolUsage>();
    for (const space of pools) {
      const { name } = space.pool;
      next.set(name, poolUsage(space));
      for (const family of ['IPv4', 'IPv6'] as const) {
        metrics.poolUsage(name, family, space.usage(family), space.foreign(family).length);
      }
    }
    for (const name of before.keys()) if (!next.has(name)) metrics.poolGone(name);
    this.#usage = next;
    const stale = [...next].filter(([name, usage]) => {
      const resource = resources.get(keyOf({ namespace, name }));
      return resource !== undefined && !sameUsage(resource.usage, usage);
    });
    return stale.map(([name]) => name);
  }

  async write(pool: string): Promise<WorkOutcome> {
    const { client, namespace, log } = this.#options;
    const usage = this.#usage.get(pool);
    if (usage === undefined) return { type: 'done' };
    const patch = { type: 'merge', body: { status: usageJson(usage) } } as const;
    try {
      await client.patch(ipAddressPoolResource, { namespace, name: pool }, patch, { subresource: 'status' });
      return { type: 'done' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'NotFound') return { type: 'done' };
      log.debug('pool-status-not-written', { pool, error });
      return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
    }
  }
}
