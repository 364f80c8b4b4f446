import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Finding, findingSeverities } from '../shared/config/model.ts';
import type { IpFamily } from '../shared/net/address.ts';
import type { FamilyUsage } from './allocator/pool.ts';

export type WriteResult = 'ok' | 'conflict' | 'gone' | 'failed';

/** Every metric of the controller, on the registry that is passed in. */
export class ControllerMetrics {
  readonly #capacity: Gauge<'pool' | 'family'>;
  readonly #inUse: Gauge<'pool' | 'family'>;
  readonly #setAside: Gauge<'pool' | 'family'>;
  readonly #allocations: Counter;
  readonly #failures: Counter<'reason'>;
  readonly #seconds: Histogram;
  readonly #waiting: Gauge;
  readonly #writes: Counter<'resource' | 'result'>;
  readonly #retries: Counter<'resource'>;
  readonly #findings: Gauge<'severity'>;
  readonly #stale: Gauge;
  readonly #leading: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    const perFamily = { labelNames: ['pool', 'family'] as const, registers };
    this.#capacity = new Gauge({
      name: 'herald_pool_addresses',
      help: 'Addresses that a pool can give.',
      ...perFamily,
    });
    this.#inUse = new Gauge({
      name: 'herald_pool_addresses_in_use',
      help: 'Addresses of a pool that Services hold.',
      ...perFamily,
    });
    this.#setAside = new Gauge({
      name: 'herald_pool_addresses_set_aside',
      help: 'Addresses of a pool that nobody is given, since another machine uses them.',
      ...perFamily,
    });
    this.#allocations = new Counter({
      name: 'herald_allocations_total',
      help: 'Services that were given an address.',
      registers,
    });
    this.#failures = new Counter({
      name: 'herald_allocation_failures_total',
      help: 'Requests that could not be fulfilled, by the reason that the event gives.',
      labelNames: ['reason'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'herald_allocation_seconds',
      help: 'From when a Service appeared until its address was written; from its creation where it is older than the controller.',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'herald_services_waiting',
      help: 'Services that a released address could help.',
      registers,
    });
    this.#writes = new Counter({
      name: 'herald_api_writes_total',
      help: 'Writes while it leads, by what came of them; its Lease and events are not counted.',
      labelNames: ['resource', 'result'],
      registers,
    });
    this.#retries = new Counter({
      name: 'herald_api_write_retries_total',
      help: 'Those of these writes that are tried again.',
      labelNames: ['resource'],
      registers,
    });
    this.#findings = new Gauge({
      name: 'herald_config_findings',
      help: 'What is wrong with the newest configuration.',
      labelNames: ['severity'],
      registers,
    });
    this.#stale = new Gauge({
      name: 'herald_config_stale',
      help: '1 while the newest configuration can not be used and an earlier one is in force.',
      registers,
    });
    this.#leading = new Gauge({ name: 'herald_leader', help: '1 while this process leads.', registers });
  }

  /** `foreign`: how many addresses other machines use. */
  poolUsage(pool: string, family: IpFamily, usage: FamilyUsage, foreign = 0): void {
    this.#capacity.set({ pool, family }, Number(usage.of));
    this.#inUse.set({ pool, family }, Number(usage.inUse));
    this.#setAside.set({ pool, family }, foreign);
  }

  poolGone(pool: string): void {
    for (const family of ['IPv4', 'IPv6']) {
      this.#capacity.remove({ pool, family });
      this.#inUse.remove({ pool, family });
      this.#setAside.remove({ pool, family });
    }
  }

  allocated(seconds: number): void {
    this.#allocations.inc();
    this.#seconds.observe(seconds);
  }

  allocationFailed(reason: string): void {
    this.#failures.inc({ reason });
  }

  waiting(services: number): void {
    this.#waiting.set(services);
  }

  wrote(resource: string, result: WriteResult): void {
    this.#writes.inc({ resource, result });
    if (result === 'conflict' || result === 'failed') this.#retries.inc({ resource });
  }

  configured(findings: readonly Finding[], stale: boolean): void {
    for (const severity of findingSeverities) {
      this.#findings.set({ severity }, findings.filter((finding) => finding.severity === severity).length);
    }
    this.#stale.set(stale ? 1 : 0);
  }

  /** Who does not lead knows nothing of pools and of those who wait. */
  leading(leads: boolean): void {
    this.#leading.set(leads ? 1 : 0);
    if (leads) return;
    this.#capacity.reset();
    this.#inUse.reset();
    this.#setAside.reset();
    this.#waiting.reset();
  }
}
