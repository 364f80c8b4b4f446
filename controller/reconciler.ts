import type { Namespace } from '../shared/api/namespace.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import { eventReasons } from '../shared/api/reasons.ts';
import type { Service } from '../shared/api/service.ts';
import type { Config } from '../shared/config/model.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import { Allocator } from './allocator/allocator.ts';
import { readClaim } from './allocator/claim.ts';
import type { Assignment, Decision } from './allocator/decision.ts';
import type { ForeignUses } from './allocator/foreign-use.ts';
import type { PoolSpace } from './allocator/pool.ts';
import { isOurs, usesDeprecatedAnnotation } from './allocator/request.ts';
import { eventsFor, eventsForLeaver, type ServiceEvent } from './service-events.ts';
import { hasLeftovers, type Now, type ServiceWrites, writesFor, writesForLeaver } from './service-writes.ts';

export interface ReconcilerInputs {
  readonly config: Config;
  readonly services: Cache<Service>;
  readonly namespaces: Cache<Namespace>;
  readonly loadBalancerClass: string | undefined;
  /** Addresses that other machines use; none by default. */
  readonly foreign?: ForeignUses;
  /** A random number of 32 bits, which those who name Services can't know; 0 by default. */
  readonly seed?: number;
}

/** What is to be done about one Service. */
export interface ServiceWork {
  readonly writes: ServiceWrites;
  readonly events: readonly ServiceEvent[];
  readonly decision: Decision | undefined;
}

/**
 * Between the caches and the allocator: which Services are ours, which were, and what each change means. Methods that
 * take a time return the Services that there may be work on.
 */
export class Reconciler {
  readonly #inputs: ReconcilerInputs;
  readonly #allocator: Allocator;
  /** Services that left us, with what they held, until that is cleared. Bounded by the number of Services. */
  readonly #leavers = new Map<ObjectKey, readonly Assignment[]>();

  /** Services that came to use an annotation of the old prefix, until they are told. Bounded by their number. */
  readonly #newlyDeprecated = new Set<ObjectKey>();

  constructor(inputs: ReconcilerInputs) {
    this.#inputs = inputs;
    const labelsOf = (namespace: string) => inputs.namespaces.get(namespace)?.meta.labels ?? {};
    this.#allocator = new Allocator(inputs.config, labelsOf, inputs.foreign, inputs.seed);
  }

  get waiting(): number {
    return this.#allocator.waiting;
  }

  pools(): Iterable<PoolSpace> {
    return this.#allocator.pools();
  }

  /** Takes over what is in the cache, before anything is given to anybody. */
  adopt(nowMs: number): readonly ObjectKey[] {
    const services = [...this.#inputs.services.values()];
    const ours = services.filter((service) => this.#isOurs(service));
    const keys = new Set(this.#allocator.adopt(ours.map(readClaim), nowMs));
    for (const service of services) if (hasLeftovers(service)) keys.add(keyOf(service.meta));
    return [...keys];
  }

  /** Addresses were taken over that no pool has: they stay until `loseStrays`. */
  get hasStrays(): boolean {
    return this.#allocator.hasStrays;
  }

  loseStrays(nowMs: number): readonly ObjectKey[] {
    return this.#allocator.loseStrays(nowMs);
  }

  configure(config: Config, nowMs: number): readonly ObjectKey[] {
    return this.#allocator.configure(config, nowMs);
  }

  /** Other machines use these addresses, and no others. */
  setForeign(foreign: ForeignUses, nowMs: number): readonly ObjectKey[] {
    return this.#allocator.setForeign(foreign, nowMs);
  }

  namespaceChanged(change: Change<Namespace>, nowMs: number): readonly ObjectKey[] {
    return this.#allocator.namespaceChanged(change.object.meta.name, nowMs);
  }

  serviceChanged(change: Change<Service>, nowMs: number): readonly ObjectKey[] {
    const key = keyOf(change.object.meta);
    if (change.type !== 'modified' || !usesDeprecatedAnnotation(change.object)) this.#newlyDeprecated.delete(key);
    else if (!usesDeprecatedAnnotation(change.previous)) this.#newlyDeprecated.add(key);
    if (change.type === 'deleted') {
      this.#leavers.delete(key);
      return this.#allocator.remove(key, nowMs);
    }
    if (this.#isOurs(change.object)) {
      this.#leavers.delete(key);
      return this.#allocator.update(readClaim(change.object), nowMs);
    }
    const decision = this.#allocator.decision(key);
    if (decision !== undefined) {
      this.#leavers.set(key, decision.assignments);
      return this.#allocator.remove(key, nowMs);
    }
    return hasLeftovers(change.object) ? [key] : [];
  }

  /** Everybody who has an address. */
  served(): readonly ObjectKey[] {
    const keys = [...this.#inputs.services.values()].map(({ meta }) => keyOf(meta));
    return keys.filter((key) => (this.#allocator.decision(key)?.assignments.length ?? 0) > 0);
  }

  /** Whether the object of a Service says what was decided; of one that is not ours it is not known. */
  says(service: Service, now: Now): boolean | undefined {
    const decision = this.#allocator.decision(keyOf(service.meta));
    if (decision === undefined || !this.#isOurs(service)) return undefined;
    const { status, pools } = writesFor(service, decision, now);
    return status === undefined && pools === undefined;
  }

  /** What is to be done about a Service in this state; undefined where it is none of our business. */
  workOn(service: Service, now: Now): ServiceWork | undefined {
    const key = keyOf(service.meta);
    const decision = this.#allocator.decision(key);
    if (decision !== undefined && this.#isOurs(service)) {
      return {
        decision,
        writes: writesFor(service, decision, now),
        events: eventsFor(service, decision, {
          speakersGone: now.speakersGone,
          newlyDeprecated: this.#newlyDeprecated.has(key),
        }),
      };
    }
    const held = this.#leavers.get(key) ?? this.#leftBehind(service);
    if (held === undefined && !hasLeftovers(service)) return undefined;
    const writes = writesForLeaver(service, held ?? []);
    return { decision: undefined, writes, events: eventsForLeaver(held ?? []) };
  }

  /** A Service's object was written and its events are told; of the write the cache tells nobody. */
  told(key: ObjectKey, events: readonly ServiceEvent[]): void {
    // What came about while it was written is still to be told.
    if (events.some(({ reason }) => reason === eventReasons.deprecatedAnnotation)) this.#newlyDeprecated.delete(key);
    const service = this.#inputs.services.get(key);
    const lost = this.#allocator.decision(key)?.lost ?? [];
    if (service !== undefined && lost.length > 0) this.#allocator.written(readClaim(service));
  }

  /** What a Service that left us had is cleared. */
  leaverCleared(key: ObjectKey): void {
    this.#leavers.delete(key);
  }

  /** Deleted while no controller ran, and kept by a finalizer: its status would go on naming what others may have now. */
  #leftBehind(service: Service): readonly Assignment[] | undefined {
    if (!service.meta.deleting || !hasLeftovers(service)) return undefined;
    if (service.loadBalancerClass !== this.#inputs.loadBalancerClass) return undefined;
    const { reported, reportedPools } = readClaim(service);
    return reported.map((address) => ({ address, pool: reportedPools.join(',') }));
  }

  #isOurs(service: Service): boolean {
    return isOurs(service, this.#inputs.loadBalancerClass);
  }
}
