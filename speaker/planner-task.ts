import type { ConfigState } from '../shared/config/config-state.ts';
import type { Config } from '../shared/config/model.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { type Deferred, deferred } from '../shared/runtime/deferred.ts';
import { delay } from '../shared/runtime/delay.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Task } from '../shared/runtime/task.ts';
import { AnnounceableServices } from './announceable-services.ts';
import type { DatapathTable, Link, Vip } from './datapath/table.ts';
import { ElectionOrders } from './election-orders.ts';
import { toBeChecked } from './first-announcements.ts';
import { holdersOf } from './holders.ts';
import { mayServe, namedInterfaces } from './interfaces.ts';
import { MembersTask } from './membership/members-task.ts';
import type { ExpiredLease, MemberFacts } from './membership/membership.ts';
import { makePlan, type Plan, type PlanMemory } from './plan.ts';
import { linksChangePlan, onPlanChange } from './plan-changes.ts';
import { SettledConfig } from './settled-config-task.ts';
import type { SpeakerCaches } from './speaker-caches.ts';
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
  /** `l2Statuses` is filled: they say who holds what, which the first plan waits for a moment for. */
  readonly reported: Promise<unknown>;
  /** False where the API server does not know pools or advertisements any more, or does not answer. */
  readonly kindsServed: (signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  /** Does this node's datapath answer for the address? */
  readonly holds: (ip: string) => boolean;
  readonly onConfig: (state: ConfigState) => void;
  /** Called before `onPlan`, when it says something new. */
  readonly onTable: (table: DatapathTable) => void;
  readonly onPlan: (planned: Planned) => void;
  /** Another member's Lease was seen to change; it was renewed so long ago. */
  readonly onLeaseRenewed: (node: string, agoMs: number) => void;
  /** The Lease of this node's own speaker was deleted. */
  readonly onLeaseDeleted: () => void;
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
  /** The pulses of a member are heard, or are not any more. */
  setHeard(node: string, heard: boolean): void;
  /** The datapath answers for the address no more. */
  gaveUp(ip: string): void;
  readonly config: Config | undefined;
  readonly speakers: ReadonlyMap<string, MemberFacts>;
  /** Speakers with a Lease, expired or not. */
  readonly leases: number;
  readonly expired: readonly ExpiredLease[];
}

/** Plans take at most a fifth of the thread's time. */
const restPerPlan = 4;
const holdersSettleMs = 500;
/** Where nobody can say who holds what, the first plan is made without. */
const reportedWithinMs = 2_000;

/** Makes a plan whenever something changed that it depends on, and tells it. `ready`: the first one is made. */
export function plannerTask(options: PlannerOptions): PlannerTask {
  return new Planner(options);
}

class Planner implements PlannerTask {
  readonly name = 'planner';
  readonly #options: PlannerOptions;
  readonly #ready = deferred();
  readonly #members: MembersTask;
  readonly #orders = new ElectionOrders();
  #cancelHolders: (() => void) | undefined;
  #changed: Deferred = deferred();
  readonly #configuration: SettledConfig;
  #memory: PlanMemory | undefined;
  #links: readonly Link[] | undefined;
  #version = 0;
  /** In force. */
  #table: DatapathTable | undefined;
  /** Addresses in it that others may have, and this node only until then. */
  #handingOver: ReadonlySet<string> = new Set();

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#configuration = new SettledConfig(options);
    this.#members = new MembersTask({
      self: options.self,
      leases: options.caches.leases,
      clock: options.clock,
      log: options.log,
      onChange: () => this.#changed.resolve(),
      onRenewed: options.onLeaseRenewed,
      onForgotten: options.onLeaseDeleted,
    });
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get config(): Config | undefined {
    return this.#configuration.config;
  }

  get speakers(): ReadonlyMap<string, MemberFacts> {
    return this.#members.live;
  }

  get leases(): number {
    return this.#members.leases;
  }

  get expired(): readonly ExpiredLease[] {
    return this.#members.expired;
  }

  setLinks(links: readonly Link[]): void {
    const before = this.#links;
    this.#links = links;
    const named = namedInterfaces(this.config);
    if (before === undefined || linksChangePlan(before, links, mayServe(this.#options.exclusions, named)))
      this.#changed.resolve();
  }

  setHeard(node: string, heard: boolean): void {
    this.#members.setHeard(node, heard);
  }

  gaveUp(ip: string): void {
    if (this.#handingOver.has(ip)) this.#changed.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const unsubscribe = this.#subscribe();
    const members = this.#members.run(signal);
    const stopped = deferred();
    const stop = (): void => {
      stopped.resolve();
      this.#changed.resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.#options.synced, stopped.promise]);
      await this.#untilReported(signal);
      while (!signal.aborted) {
        const tookMs = this.#step();
        // Coalesces what comes in a burst, and leaves the thread to others.
        await delay(this.#options.clock, tookMs * restPerPlan, signal);
        await this.#changed.promise;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      for (const end of unsubscribe) end();
      this.#cancelHolders?.();
      await members;
    }
  }

  async #untilReported(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const time = delay(this.#options.clock, reportedWithinMs, AbortSignal.any([signal, over.signal]));
    await Promise.race([this.#options.reported, time]);
    over.abort();
  }

  #subscribe(): readonly (() => void)[] {
    const { caches } = this.#options;
    const listener = (): void => this.#changed.resolve();
    return [
      ...onPlanChange(caches, listener),
      this.#configuration.follow(listener),
      caches.l2Statuses.onChange(() => this.#noteHolders()),
    ];
  }

  /** Reports follow takeovers, which plans don't cause: the next plan may take its time, and take many at once. */
  #noteHolders(): void {
    this.#cancelHolders ??= this.#options.clock.after(holdersSettleMs, () => {
      this.#cancelHolders = undefined;
      this.#changed.resolve();
    });
  }

  /** Returns how long it took, in ms. */
  #step(): number {
    const { caches, clock, self, exclusions } = this.#options;
    this.#changed = deferred();
    const startMs = clock.now();
    this.#readConfig();
    if (this.#memory === undefined || this.#links === undefined) return 0;
    const speakers = this.#members.live;
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
    const held = this.#held();
    const table = tableOfPlan({
      version: this.#version + 1,
      self,
      plan,
      speakers,
      silent: this.#members.silent,
      links,
      exclusions,
      held,
      holderOf: holdersOf(plan, caches.l2Statuses.values()),
      toBeChecked: toBeChecked(this.config, plan, caches.l2Statuses.values()),
    });
    this.#handingOver = handingOver(table, held);
    if (this.#table === undefined || !sameTable(table, this.#table)) {
      this.#version = table.version;
      this.#table = table;
      this.#options.onTable(table);
    }
    this.#options.onPlan({ plan, speakers, links, table, tookMs: clock.now() - startMs });
    this.#ready.resolve();
    return clock.now() - startMs;
  }

  #readConfig(): void {
    if (!this.#configuration.refresh() || this.config === undefined) return;
    const announceable = new AnnounceableServices(this.config, this.#options.loadBalancerClass);
    this.#memory = { announceable, orders: this.#orders };
  }

  /** As the datapath was told them. */
  #held(): ReadonlyMap<string, Vip> {
    const held = this.#table?.vips.filter(({ ip }) => this.#options.holds(ip)) ?? [];
    return new Map(held.map((vip) => [vip.ip, vip]));
  }
}

function handingOver({ self, vips }: DatapathTable, held: ReadonlyMap<string, Vip>): ReadonlySet<string> {
  return new Set(vips.filter(({ ip, candidates }) => held.has(ip) && !candidates.includes(self)).map(({ ip }) => ip));
}
