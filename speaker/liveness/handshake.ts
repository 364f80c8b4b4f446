import { DeadlineHeap } from '../datapath/deadline-heap.ts';

/** After the first hello; doubles until it reaches the period. */
const firstRetryMs = 100;
const leastPeriodMs = 1_000;
/** Of the period, so that a node sends at most 200 hellos a second, however many members do not answer. */
const perMemberMs = 5;
/** Between two hellos to one member, whatever makes this node ask: a recorded message gets no more out of it. */
const leastGapMs = 10;
const nonceAgeMs = 1_000;
/** A welcome answers a hello that is not older than this. */
const nonceLifeMs = 2_000;

/** How often a member is asked that does not answer. */
export function helloPeriodMs(members: number): number {
  return Math.max(leastPeriodMs, members * perMemberMs);
}

interface Acquaintance {
  verified: string | undefined;
  sought: boolean;
  attempts: number;
  askedMs: number;
}

interface Nonce {
  readonly value: string;
  readonly sinceMs: number;
}

/** `stale`: the welcome proves nothing. `verified`: another incarnation than before. `known`: the same. */
export type WelcomeVerdict = 'stale' | 'verified' | 'known';

/**
 * Which incarnation of a member runs now, proved by the answer to a nonce: recorded messages of an incarnation that
 * has ended are authentic, but without effect. BOUNDED: one entry per member; `forget` removes it.
 */
export class Handshake {
  readonly #acquaintances = new Map<string, Acquaintance>();
  readonly #due = new DeadlineHeap<string>();
  readonly #newNonce: () => string;
  #periodMs = leastPeriodMs;
  #nonce: Nonce | undefined;
  #formerNonce: Nonce | undefined;

  constructor(newNonce: () => string) {
    this.#newNonce = newNonce;
  }

  setMemberCount(members: number): void {
    this.#periodMs = helloPeriodMs(members);
  }

  get periodMs(): number {
    return this.#periodMs;
  }

  verified(node: string): string | undefined {
    return this.#acquaintances.get(node)?.verified;
  }

  /** Asks the member from that time on, again and again, until `rest`. */
  seek(node: string, fromMs: number): void {
    const acquaintance = this.#of(node);
    if (acquaintance.sought) return;
    acquaintance.sought = true;
    acquaintance.attempts = 0;
    this.#due.set(node, fromMs);
  }

  /** Asks no more. */
  rest(node: string): void {
    const acquaintance = this.#acquaintances.get(node);
    if (acquaintance === undefined) return;
    acquaintance.sought = false;
    this.#due.delete(node);
  }

  forget(node: string): void {
    this.#acquaintances.delete(node);
    this.#due.delete(node);
  }

  /** Whether a hello may go to the member at once; if so, it counts as sent. */
  ask(node: string, nowMs: number): boolean {
    const acquaintance = this.#of(node);
    if (nowMs - acquaintance.askedMs < leastGapMs) return false;
    this.#asked(node, acquaintance, nowMs);
    return true;
  }

  nextDeadlineMs(): number {
    return this.#due.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Who gets a hello now. */
  takeDue(nowMs: number): readonly string[] {
    const nodes: string[] = [];
    for (let first = this.#due.first(); first !== undefined && first.dueMs <= nowMs; first = this.#due.first()) {
      this.#asked(first.key, this.#of(first.key), nowMs);
      nodes.push(first.key);
    }
    return nodes;
  }

  /** For hellos that leave now. It serves all members for a second. */
  nonce(nowMs: number): string {
    if (this.#nonce === undefined || nowMs - this.#nonce.sinceMs >= nonceAgeMs) {
      this.#formerNonce = this.#nonce;
      this.#nonce = { value: this.#newNonce(), sinceMs: nowMs };
    }
    return this.#nonce.value;
  }

  /** A welcome of that incarnation has come. */
  welcomed(node: string, incarnation: string, nonce: string, nowMs: number): WelcomeVerdict {
    const isFresh = [this.#nonce, this.#formerNonce].some(
      (one) => one !== undefined && one.value === nonce && nowMs - one.sinceMs <= nonceLifeMs,
    );
    if (!isFresh) return 'stale';
    const acquaintance = this.#of(node);
    if (acquaintance.verified === incarnation) return 'known';
    acquaintance.verified = incarnation;
    return 'verified';
  }

  #asked(node: string, acquaintance: Acquaintance, nowMs: number): void {
    acquaintance.askedMs = nowMs;
    if (!acquaintance.sought) return;
    this.#due.set(node, nowMs + Math.min(firstRetryMs * 2 ** Math.min(acquaintance.attempts, 10), this.#periodMs));
    acquaintance.attempts += 1;
  }

  #of(node: string): Acquaintance {
    let acquaintance = this.#acquaintances.get(node);
    if (acquaintance === undefined) {
      acquaintance = { verified: undefined, sought: false, attempts: 0, askedMs: Number.NEGATIVE_INFINITY };
      this.#acquaintances.set(node, acquaintance);
    }
    return acquaintance;
  }
}
