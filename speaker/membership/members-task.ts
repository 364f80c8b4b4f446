import type { Lease } from '../../shared/api/lease.ts';
import type { Cache, Change } from '../../shared/kube/informer.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { nextBeat } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { type ExpiredLease, type MemberFacts, Membership, nodeOfLease } from './membership.ts';
import { RenewalLag } from './renewal-lag.ts';
import { SilentMembers } from './silent-members.ts';

export interface MembersOptions {
  readonly self: string;
  /** Those of speakers. */
  readonly leases: Cache<Lease>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after `live` or `silent` has become another. */
  readonly onChange: () => void;
  /** Another member's Lease was seen to change; it was renewed so long ago. */
  readonly onRenewed: (node: string, agoMs: number) => void;
  /** The Lease of this node's own speaker was deleted. */
  readonly onForgotten: () => void;
}

const withoutLeaseText = 'its Lease ran out though its pulses are heard: does that node reach the API server?';
const silentText = 'it has no Lease that is in force, and is not heard any more';
const deletedLeaseText = 'somebody deleted its Lease, though it runs: it writes another one';
/** Leases expire without an event. */
const tickMs = 1_000;

/** Follows the speakers' Leases, and says who is a member. */
export class MembersTask {
  readonly #options: MembersOptions;
  readonly #membership: Membership;
  readonly #lag = new RenewalLag();
  readonly #silent = new SilentMembers();
  #live: ReadonlyMap<string, MemberFacts> = new Map();

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#membership = new Membership(options.self);
  }

  /** The same object until something about them changes. */
  get live(): ReadonlyMap<string, MemberFacts> {
    return this.#live;
  }

  /** Those that are none any more, and may be on the other side of a partition. */
  get silent(): ReadonlyMap<string, MemberFacts> {
    return this.#silent.all;
  }

  /** Speakers with a Lease, expired or not. */
  get leases(): number {
    return this.#membership.size;
  }

  get expired(): readonly ExpiredLease[] {
    return this.#membership.expired;
  }

  /** The pulses of a member are heard, or are not any more. */
  setHeard(node: string, heard: boolean): void {
    this.#membership.setHeard(node, heard);
    this.#look();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { leases, clock } = this.#options;
    const unsubscribe = leases.onChange((change) => this.#see(change));
    for (const lease of leases.values()) this.#membership.see(lease, clock.now());
    this.#look();
    try {
      while (await nextBeat(clock, tickMs, signal)) this.#look();
    } finally {
      unsubscribe();
    }
  }

  #see({ type, object }: Change<Lease>): void {
    if (type === 'deleted') {
      this.#drop(object);
      return;
    }
    this.#membership.see(object, this.#options.clock.now());
    if (type === 'modified') this.#noteRenewal(object);
    this.#look();
  }

  #drop(lease: Lease): void {
    const node = nodeOfLease(lease) ?? '';
    this.#membership.drop(lease);
    this.#lag.drop(node);
    this.#look(node);
    if (node === this.#options.self) this.#options.onForgotten();
  }

  /** A Lease that is seen for the first time may have been renewed long ago. */
  #noteRenewal(lease: Lease): void {
    const { clock, self, onRenewed } = this.#options;
    const node = nodeOfLease(lease);
    if (node === undefined || node === self || lease.holderIdentity === undefined) return;
    const { renewTimeMs } = lease;
    onRenewed(node, renewTimeMs === undefined ? 0 : this.#lag.lagMs(node, renewTimeMs, clock.now()));
  }

  /** `left`: whose Lease was deleted. */
  #look(left?: string): void {
    const { clock, onChange } = this.#options;
    const nowMs = clock.now();
    const live = this.#membership.live(nowMs);
    const before = this.#live;
    const forgot = left === undefined ? this.#silent.expire(nowMs) : this.#silent.remove(left);
    this.#live = live;
    if (live !== before) this.#compare(before, left, nowMs);
    if (live !== before || forgot) onChange();
  }

  #compare(before: ReadonlyMap<string, MemberFacts>, left: string | undefined, nowMs: number): void {
    const { log, self } = this.#options;
    for (const [node, { leaseExpired }] of this.#live) {
      const known = before.get(node);
      this.#silent.remove(node);
      if (known === undefined) log.info('member-joined', { node });
      else if (leaseExpired && !known.leaseExpired) this.#tellWithoutLease(node, left);
    }
    for (const [node, facts] of before) {
      if (this.#live.has(node)) continue;
      if (node !== left && node !== self) this.#silent.add(node, facts, nowMs);
      if (node === left) log.info('member-left', { node, why: 'its Lease was deleted' });
      else this.#tellSilent(node, facts);
    }
  }

  #tellSilent(node: string, { leaseExpired }: MemberFacts): void {
    this.#options.log.warn('member-left', { node, why: leaseExpired ? silentText : 'its Lease ran out' });
  }

  #tellWithoutLease(node: string, left: string | undefined): void {
    const meaning = node === left ? deletedLeaseText : withoutLeaseText;
    this.#options.log.warn('member-without-lease', { node, meaning });
  }
}
