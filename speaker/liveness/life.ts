import { BlockedPulses, type Renewal } from './blocked-pulses.ts';
import type { Detector } from './detector.ts';
import type { Handshake } from './handshake.ts';
import type { Peer } from './peers.ts';
import type { StandingReason } from './standing.ts';
import type { Standings } from './standings.ts';
import type { Hearing } from './watch.ts';

/** So many hellos in a row a member may leave unanswered whose Lease has expired. */
const expiredHellos = 3;
/** A member that fell silent was asked by every other means a moment ago. */
const seekDelayMs = 1_000;
/** New members are met within this. */
const meetMs = 1_000;

export interface LifeParts {
  readonly detector: Detector;
  readonly handshake: Handshake;
  readonly standings: Standings;
}

export interface BlockedChange {
  readonly node: string;
  readonly blocked: boolean;
}

/** What pulses and Leases say of a member. */
export interface Evidence {
  readonly deadByPulses: boolean;
  readonly blocked: boolean;
  readonly leaseExpired: boolean;
  /** Messages come, or it answers on the wire. */
  readonly contact: boolean;
}

/** Pulses win, both ways; a member whose pulses are blocked goes by its Lease; with neither it is dead. */
export function verdictOn({ deadByPulses, blocked, leaseExpired, contact }: Evidence): 'lives' | StandingReason {
  if (deadByPulses) return blocked && !leaseExpired ? 'lives' : 'notHeard';
  return leaseExpired && !contact ? 'leaseExpired' : 'lives';
}

/** Whether members live, by their pulses and their Leases together, and whom to ask with hellos. BOUNDED by the members. */
export class Life {
  readonly #detector: Detector;
  readonly #handshake: Handshake;
  readonly #standings: Standings;
  readonly #blocked = new BlockedPulses();
  #changes: BlockedChange[] = [];

  constructor({ detector, handshake, standings }: LifeParts) {
    this.#detector = detector;
    this.#handshake = handshake;
    this.#standings = standings;
  }

  /** To be called when anything about the member has changed; `why` it would live again. */
  review(peer: Peer, why: StandingReason, nowMs: number): void {
    const { node, member } = peer;
    const verdict = verdictOn({
      deadByPulses: this.#detector.isDead(node),
      blocked: this.#blocked.isBlocked(node),
      leaseExpired: member.leaseExpired,
      contact: this.#isInContact(peer, nowMs),
    });
    peer.deadMs = verdict === 'lives' ? undefined : (peer.deadMs ?? nowMs);
    this.#standings.setLives(node, verdict === 'lives', verdict === 'lives' ? why : verdict, nowMs);
    if (this.#isSought(peer)) this.#handshake.seek(node, this.#seekFromMs(peer, nowMs));
    else this.#handshake.rest(node);
  }

  leaseRenewed(peer: Peer, renewal: Renewal): void {
    const { node } = peer;
    const { atMs, seenMs } = renewal;
    // Written before it died: a request may wait in its sockets until the cable is back.
    if (atMs < (peer.deadMs ?? atMs)) return;
    const sight = { quiet: this.#isQuiet(peer, seenMs), answersOnWire: this.#hearing(peer) === 'silent' };
    const begins = this.#blocked.renewed(node, sight, renewal);
    // From now on that is its sign of life.
    if (this.isBlocked(node)) peer.heardMs = atMs;
    if (!begins) return;
    this.#changes.push({ node, blocked: true });
    this.review(peer, 'leaseRenewed', seenMs);
  }

  /** It lives by its Lease, though it takes part in pulses. */
  isBlocked(node: string): boolean {
    return this.#blocked.isBlocked(node);
  }

  /** It is heard, another incarnation, or gone. */
  unblock(node: string): void {
    if (this.#blocked.end(node)) this.#changes.push({ node, blocked: false });
  }

  /** Whose pulses are blocked now, and whose no longer. */
  takeBlockedChanges(): readonly BlockedChange[] {
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  #hearing(peer: Peer): Hearing | undefined {
    return this.#detector.hearing(peer.node);
  }

  #isVerified(peer: Peer): boolean {
    return this.#handshake.verified(peer.node) !== undefined;
  }

  /** Of whom this node does not watch, only answers to hellos tell; and what one watcher misses proves nothing. */
  #isInContact(peer: Peer, nowMs: number): boolean {
    const hearing = this.#hearing(peer);
    if (hearing === 'heard' || hearing === 'silent') return true;
    const sinceMs = Math.max(peer.heardMs ?? Number.NEGATIVE_INFINITY, peer.expiredMs);
    return this.#isVerified(peer) && nowMs - sinceMs < expiredHellos * this.#handshake.periodMs;
  }

  #isSought(peer: Peer): boolean {
    if (!peer.member.takesPart) return false;
    if (!this.#isVerified(peer) || this.#detector.isDead(peer.node)) return true;
    const hearing = this.#hearing(peer);
    return hearing === undefined ? peer.member.leaseExpired : hearing !== 'heard';
  }

  #seekFromMs(peer: Peer, nowMs: number): number {
    const isQuietSinceNow = this.#isVerified(peer) && !peer.member.leaseExpired;
    return isQuietSinceNow ? nowMs + seekDelayMs : nowMs;
  }

  /** Its messages are due, and do not come. */
  #isQuiet(peer: Peer, nowMs: number): boolean {
    if (this.#detector.isDead(peer.node)) return true;
    if (!this.#isVerified(peer)) return nowMs - peer.joinedMs >= meetMs;
    return (this.#hearing(peer) ?? 'heard') !== 'heard';
  }
}
