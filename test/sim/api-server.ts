import type { LivenessMember } from '../../speaker/liveness/peers.ts';
import type { Calm } from './calm.ts';
import { ForgottenSpeakers } from './forgotten-speakers.ts';
import { apiServer, type Network } from './network.ts';
import type { SimNode } from './node.ts';
import type { SeededRandom } from './seeded-random.ts';
import { idOf, type SimGroup, SimGroups } from './sim-groups.ts';
import type { Timeline } from './timeline.ts';

/** Of a speaker's Lease. */
const renewEveryMs = 5000;
export const leaseMs = 15_000;
/** A change reaches the datapath threads within that time, where the API server is reached. */
export const longestWatchMs = 200;

interface Lease {
  readonly incarnation: string;
  renewedMs: number;
  expired: boolean;
}

interface Around {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly calm: Calm;
  readonly nodes: ReadonlyMap<string, SimNode>;
  /** Whether anybody is told of renewals: thousands of nodes for a few seconds need not be. */
  readonly tellsRenewals: boolean;
}

/**
 * The slow path: Leases, groups and who holds them, told to each node's main thread late, and not at all while it can't
 * be reached. What a main thread makes of it is here, too: the table that it sends to its datapath thread.
 */
export class ApiServer {
  readonly #around: Around;
  readonly #leases = new Map<string, Lease>();
  readonly #forgotten: ForgottenSpeakers;
  readonly #holders = new Map<string, string>();
  #groups: SimGroups;
  #members: readonly LivenessMember[] | undefined;
  /** The groups of each node's last table. */
  readonly #tables = new Map<string, ReadonlySet<string>>();
  /** When each node that runs first had a table in which it is a speaker. */
  readonly #beganMs = new Map<string, number>();
  /** Nodes whose next table is on its way. */
  readonly #pending = new Set<string>();
  #up = true;
  /** When candidates were last changed. */
  changedMs = Number.NEGATIVE_INFINITY;

  constructor(groups: readonly SimGroup[], around: Around) {
    this.#around = around;
    this.#forgotten = new ForgottenSpeakers(around);
    this.#groups = new SimGroups(groups);
  }

  get groups(): Iterable<SimGroup> {
    return this.#groups.all();
  }

  candidates(id: string): readonly string[] {
    return this.#groups.identified(id)?.candidates ?? [];
  }

  /** Of the node's last table, the keys of its groups. */
  tableOf(node: string): ReadonlySet<string> {
    return this.#tables.get(node) ?? new Set();
  }

  group(key: string): SimGroup | undefined {
    return this.#groups.get(key);
  }

  setUp(up: boolean): void {
    const { nowMs } = this.#around.timeline;
    this.#up = up;
    if (!up) {
      this.#forgotten.lose();
      return;
    }
    // What changed while it was away is only told now.
    this.changedMs = Math.max(this.changedMs, nowMs);
    // Nobody could renew: all have a whole duration again (`Membership`).
    for (const [node, lease] of this.#leases) this.#keep(node, lease, nowMs);
    this.#tellAll();
  }

  setCandidates(key: string, candidates: readonly string[]): void {
    const group = this.#groups.get(key);
    if (group !== undefined) this.addGroup({ ...group, candidates });
  }

  /** A Service comes, or is another one now. */
  addGroup(group: SimGroup): void {
    this.#setGroups([...this.#groups.without(group.key), group]);
  }

  /** Its addresses get a lower one beside them, which gives the group another name, and another rank. */
  regroup(former: SimGroup, key: string, candidates: readonly string[]): void {
    const holder = this.#holders.get(former.key);
    this.#holders.delete(former.key);
    if (holder !== undefined) this.#holders.set(key, holder);
    this.#setGroups([
      ...this.#groups.without(former.key),
      { key, candidates, id: idOf(former), formerKey: former.key },
    ]);
  }

  /** A Service is deleted, and with it what was reported of it. */
  removeGroup(key: string): void {
    this.#holders.delete(key);
    this.#setGroups(this.#groups.without(key));
  }

  /** Somebody deletes the Lease of a speaker, which makes another as soon as it hears of it. */
  deleteLease(name: string): void {
    const lease = this.#leases.get(name);
    if (lease === undefined) return;
    this.#forgotten.forget(name, lease.incarnation);
    this.#leases.delete(name);
    this.#changed();
  }

  /** When the node became a speaker in its own table; it has no such table yet: never. */
  beganMs(node: string): number {
    return this.#beganMs.get(node) ?? Number.POSITIVE_INFINITY;
  }

  /** A speaker runs: from now on it renews its Lease, and sees what others write. */
  join(node: SimNode): void {
    const { incarnation } = node;
    const renew = (): void => {
      if (node.incarnation !== incarnation || !node.runs) return;
      // The main thread stops renewing when the datapath thread does not tick.
      if (node.works && this.#isReachedBy(node.name)) this.#renew(node.name, incarnation);
      this.#around.timeline.after(renewEveryMs, renew);
    };
    renew();
    this.#beganMs.delete(node.name);
    this.#tables.delete(node.name);
    this.#tellSoon(node.name);
  }

  /** A speaker's process is gone. */
  end(node: string): void {
    this.#forgotten.end(node);
  }

  /** A speaker that stops in order takes its Lease away. */
  leave(node: string): void {
    if (!this.#isReachedBy(node)) return;
    this.#leases.delete(node);
    this.#changed();
  }

  /** A main thread writes who announces the group (ServiceL2Status). */
  reportHolder(group: string, node: SimNode): void {
    this.#around.timeline.after(this.#around.random.between(50, 400), () => {
      const told = this.#groups.get(group);
      if (told === undefined || !node.holds(group)) return;
      if (!this.#isReachedBy(node.name)) {
        this.reportHolder(group, node);
        return;
      }
      this.#holders.set(group, node.name);
      for (const candidate of told.candidates) this.#tellSoon(candidate);
    });
  }

  /** The node does not hear that one any more. */
  silent(node: string, other: string): void {
    if (this.#forgotten.has(other)) this.#tellSoon(node);
  }

  /** The node's links changed, or something of its own. */
  tellSoon(node: string): void {
    this.#tellSoon(node);
  }

  /** Watches that were cut come again, with what has changed since. */
  reconnect(): void {
    this.#tellAll();
  }

  answers(node: SimNode): void {
    if (!this.#isReachedBy(node.name)) return;
    this.#around.timeline.after(this.#around.random.between(2, 20), () => {
      if (this.#isReachedBy(node.name)) node.tell((machine, nowMs) => machine.apiHeard(nowMs));
    });
  }

  #isReachedBy(node: string): boolean {
    return this.#up && this.#around.network.reachesBothWays(node, apiServer);
  }

  #renew(node: string, incarnation: string): void {
    const { timeline } = this.#around;
    const lease = this.#leases.get(node);
    const isNews = lease === undefined || lease.incarnation !== incarnation || lease.expired;
    const renewed = { incarnation, renewedMs: timeline.nowMs, expired: false };
    this.#leases.set(node, renewed);
    this.#forgotten.restore(node);
    this.#keep(node, renewed, timeline.nowMs);
    if (isNews) this.#changed();
    if (this.#around.tellsRenewals) this.#tellRenewal(node);
  }

  #tellRenewal(renewed: string): void {
    for (const node of this.#around.nodes.values()) {
      if (node.name === renewed || !node.runs || !this.#isReachedBy(node.name)) continue;
      this.#around.timeline.after(this.#around.random.between(5, 50), () => {
        if (this.#isReachedBy(node.name)) node.tell((machine, nowMs) => machine.leaseRenewed(renewed, nowMs));
      });
    }
  }

  #keep(node: string, lease: Lease, nowMs: number): void {
    lease.renewedMs = nowMs;
    this.#around.timeline.after(leaseMs + 1, () => this.#expire(node));
  }

  #expire(node: string): void {
    const lease = this.#leases.get(node);
    if (!this.#up || lease === undefined || lease.expired || this.#around.timeline.nowMs - lease.renewedMs < leaseMs)
      return;
    lease.expired = true;
    this.#changed();
  }

  #changed(): void {
    this.#members = undefined;
    this.#tellAll();
  }

  #tellAll(): void {
    for (const node of this.#around.nodes.keys()) this.#tellSoon(node);
  }

  #tellSoon(name: string): void {
    if (this.#pending.has(name)) return;
    this.#pending.add(name);
    this.#around.timeline.after(this.#around.random.between(10, longestWatchMs), () => {
      this.#pending.delete(name);
      const node = this.#around.nodes.get(name);
      if (node?.runs && this.#isReachedBy(name)) this.#tell(node);
    });
  }

  #tell(node: SimNode): void {
    if (this.#forgotten.has(node.name) && node.works) this.#renew(node.name, node.incarnation);
    this.#members ??= [...this.#leases].map(([name, { incarnation, expired }]) => ({
      node: name,
      incarnation,
      takesPart: true,
      leaseExpired: expired,
    }));
    const forgotten = this.#forgotten.tell(node, this.#members);
    const members = [...this.#members, ...forgotten.map(({ member }) => member)];
    // Who has no Lease is no speaker, unless it is heard.
    const heard = new Set(forgotten.filter((one) => one.heard).map(({ member }) => member.node));
    if (this.#leases.has(node.name)) this.#beganMs.getOrInsert(node.name, this.#around.timeline.nowMs);
    const able = this.#around.network.linkIsUp(node.name);
    const own = this.#groups.ofNode(node.name);
    const before = this.#tables.get(node.name) ?? new Set();
    const held = [...this.#groups.knownAs(before)].filter(
      ({ key, formerKey = key, candidates }) =>
        [key, formerKey].some((one) => node.holds(one)) && !candidates.includes(node.name),
    );
    const groups = [...own, ...held].map(({ key, candidates, formerKey = key }) => ({
      key,
      formerKeys: new Set(before.has(formerKey) && !before.has(key) ? [formerKey] : []),
      candidates: candidates.filter((name) => this.#leases.has(name) || heard.has(name)),
      able,
      holder: this.#holders.get(key),
    }));
    this.#tables.set(node.name, new Set(groups.map(({ key }) => key)));
    node.tell((machine, nowMs) => machine.setTable(members, groups, nowMs));
  }

  #setGroups(groups: readonly SimGroup[]): void {
    this.changedMs = this.#around.timeline.nowMs;
    this.#groups = new SimGroups(groups);
    this.#tellAll();
  }
}
