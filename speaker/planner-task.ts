import type { ApiObject } from '../shared/api/object-meta.ts';
import { unchangedSpec } from '../shared/api/unchanged-spec.ts';
import { type ConfigState, initialConfigState, stepConfig } from '../shared/config/config-state.ts';
import type { Config } from '../shared/config/model.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { type Deferred, deferred } from '../shared/runtime/deferred.ts';
import { delay } from '../shared/runtime/delay.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Task } from '../shared/runtime/task.ts';
import { AnnounceableServices, changesPlan } from './announceable-services.ts';
import type { DatapathTable, Link } from './datapath/table.ts';
import { ElectionOrders } from './election-orders.ts';
import { type ExpiredLease, type MemberFacts, Membership } from './liveness/membership.ts';
import { makePlan, type Plan, type PlanMemory } from './plan.ts';
import { Settling } from './settling.ts';
import { configMapOf, type SpeakerCaches } from './speaker-caches.ts';
import { sameTable, tableOfPlan } from './table-of-plan.ts';

export interface PlannerOptions {
  readonly self: string;
  readonly namespace: string;
  readonly configMapName: string;
  readonly loadBalancerClass: string | undefined;
  readonly ignoreExcludeLabel: boolean;
  readonly exclusions: RegExp;
  readonly caches: SpeakerCaches;
  /** All caches that plans are made from are filled; an empty list fills one without a change. */
  readonly synced: Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onConfig: (state: ConfigState) => void;
  /** Called before `onPlan`, when it says something new. */
  readonly onTable: (table: DatapathTable) => void;
  readonly onPlan: (planned: Planned) => void;
}

/** A plan, and what it was made from. */
export interface Planned {
  readonly plan: Plan;
  readonly speakers: ReadonlyMap<string, MemberFacts>;
  readonly links: readonly Link[];
  readonly table: DatapathTable;
  readonly tookMs: number;
}

export interface PlannerTask extends Task {
  /** This node's interfaces, as they are now. */
  setLinks(links: readonly Link[]): void;
  readonly config: Config | undefined;
  readonly speakers: ReadonlyMap<string, MemberFacts>;
  /** Speakers with a Lease, expired or not. */
  readonly leases: number;
  readonly expired: readonly ExpiredLease[];
}

/** Leases expire without an event. */
const membershipTickMs = 500;
/**
 * Objects that belong together are applied one after the other: while a pool is split, renamed or replaced, an address
 * is in no pool for a moment, or its pool in no advertisement. Until that has settled, what is announced stays.
 */
const configurationSettles = { quietMs: 500, longestMs: 2_000 };
/** Plans take at most a fifth of the thread's time. */
const restPerPlan = 4;

/** Makes a plan whenever something changed that it depends on, and tells it. `ready`: the first one is made. */
export function plannerTask(options: PlannerOptions): PlannerTask {
  return new Planner(options);
}

class Planner implements PlannerTask {
  readonly name = 'planner';
  readonly #options: PlannerOptions;
  readonly #ready = deferred();
  readonly #membership = new Membership();
  readonly #orders = new ElectionOrders();
  #changed: Deferred = deferred();
  readonly #settling = new Settling(configurationSettles);
  #cancelSettled = (): void => undefined;
  #settled = false;
  #configState: ConfigState = initialConfigState;
  #memory: PlanMemory | undefined;
  #links: readonly Link[] | undefined;
  #speakers: ReadonlyMap<string, MemberFacts> = new Map();
  #version = 0;
  /** In force. */
  #table: DatapathTable | undefined;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get config(): Config | undefined {
    return this.#configState.config;
  }

  get speakers(): ReadonlyMap<string, MemberFacts> {
    return this.#speakers;
  }

  get leases(): number {
    return this.#membership.size;
  }

  get expired(): readonly ExpiredLease[] {
    return this.#membership.expired;
  }

  setLinks(links: readonly Link[]): void {
    this.#links = links;
    this.#changed.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const unsubscribe = this.#subscribe();
    const ticking = this.#watchMembers(signal);
    const stopped = deferred();
    const stop = (): void => {
      stopped.resolve();
      this.#changed.resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.#options.synced, stopped.promise]);
      while (!signal.aborted) {
        const tookMs = this.#step();
        // Coalesces what comes in a burst, and leaves the thread to others.
        await delay(this.#options.clock, tookMs * restPerPlan, signal);
        await this.#changed.promise;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      for (const end of unsubscribe) end();
      this.#cancelSettled();
      await ticking;
    }
  }

  #subscribe(): readonly (() => void)[] {
    const { services, endpointSlices, nodes, pools, advertisements, configMaps, leases } = this.#options.caches;
    const plans = (): void => this.#changed.resolve();
    const configures = (change: Change<ApiObject>): void => {
      if (change.type !== 'modified' || !unchangedSpec(change.previous.meta, change.object.meta)) this.#configures();
    };
    this.#seeAll();
    return [
      services.onChange((change) => {
        if (change.type !== 'modified' || changesPlan(change.previous, change.object)) plans();
      }),
      ...[endpointSlices, nodes].map((cache: Cache<ApiObject>) => cache.onChange(plans)),
      ...[pools, advertisements, configMaps].map((cache: Cache<ApiObject>) => cache.onChange(configures)),
      leases.onChange((change) => {
        if (change.type === 'deleted') this.#membership.drop(change.object);
        else this.#membership.see(change.object, this.#options.clock.now());
        this.#lookAtMembers();
      }),
    ];
  }

  #configures(): void {
    const { clock } = this.#options;
    this.#settling.changed(clock.now());
    this.#cancelSettled();
    this.#cancelSettled = clock.after(this.#settling.dueMs - clock.now(), () => {
      // A flag, since timers may fire a moment before their time: a comparison of times could then miss it for good.
      this.#settled = true;
      this.#changed.resolve();
    });
    this.#changed.resolve();
  }

  #seeAll(): void {
    for (const lease of this.#options.caches.leases.values()) {
      this.#membership.see(lease, this.#options.clock.now());
    }
  }

  async #watchMembers(signal: AbortSignal): Promise<void> {
    while (await delay(this.#options.clock, membershipTickMs, signal)) this.#lookAtMembers();
  }

  #lookAtMembers(): void {
    const live = this.#membership.live(this.#options.clock.now());
    if (live === this.#speakers) return;
    for (const node of live.keys()) {
      if (!this.#speakers.has(node)) this.#options.log.info('member-joined', { node });
    }
    for (const node of this.#speakers.keys()) {
      if (!live.has(node)) this.#options.log.info('member-left', { node });
    }
    this.#speakers = live;
    this.#changed.resolve();
  }

  /** Returns how long it took, in ms. */
  #step(): number {
    const { caches, clock } = this.#options;
    this.#changed = deferred();
    const startMs = clock.now();
    if (this.#mustReadConfig()) this.#readConfig();
    if (this.#memory === undefined || this.#links === undefined) return 0;
    const speakers = this.#speakers;
    const links = this.#links;
    const plan = makePlan(
      {
        services: caches.services.values(),
        endpointSlices: caches.endpointSlices.values(),
        nodes: caches.nodes.values(),
        speakers,
        ignoreExcludeLabel: this.#options.ignoreExcludeLabel,
      },
      this.#memory,
    );
    const { self, exclusions } = this.#options;
    const table = tableOfPlan({
      version: this.#version + 1,
      self,
      plan,
      speakers,
      links,
      exclusions,
      held: new Map(),
      holderOf: () => undefined,
    });
    if (this.#table === undefined || !sameTable(table, this.#table)) {
      this.#version = table.version;
      this.#table = table;
      this.#options.onTable(table);
    }
    const tookMs = clock.now() - startMs;
    this.#options.onPlan({ plan, speakers, links, table, tookMs });
    this.#ready.resolve();
    return clock.now() - startMs;
  }

  /** Where no pool is in force nothing can be lost, so there is nothing to wait for. */
  #mustReadConfig(): boolean {
    const inForce = this.#configState.config?.pools.size ?? 0;
    return inForce === 0 || this.#settled;
  }

  #readConfig(): void {
    const { caches, namespace, configMapName, loadBalancerClass } = this.#options;
    this.#settled = false;
    this.#settling.lookedAt();
    this.#cancelSettled();
    const before = this.#configState.config;
    this.#configState = stepConfig(this.#configState, {
      namespace,
      pools: caches.pools.values(),
      advertisements: caches.advertisements.values(),
      configMap: configMapOf(caches, namespace, configMapName),
    });
    const { config } = this.#configState;
    if (config !== undefined && config !== before) {
      this.#memory = { announceable: new AnnounceableServices(config, loadBalancerClass), orders: this.#orders };
    }
    this.#options.onConfig(this.#configState);
  }
}
