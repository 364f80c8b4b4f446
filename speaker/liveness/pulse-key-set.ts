import { type PulseKeys, pulseKeyIdOf } from '../../shared/api/pulse-keys.ts';
import type { HeldKeys } from '../datapath/table.ts';

/** A new key is used by senders no earlier: the others read the same Secret, some of them later. */
const settleMs = 5_000;
/** What is in the Secret no more is accepted for so long, from senders that see that later. */
const lingerMs = 10_000;

interface KnownKey {
  readonly key: Uint8Array;
  readonly sinceMs: number;
  /** When it was taken out of the Secret; undefined while it is in it. */
  readonly goneMs: number | undefined;
}

/**
 * The keys that this speaker holds, as the Secret changes: each change leaves a time in which both keys are accepted,
 * also where the Secret was replaced by hand.
 */
export class PulseKeySet {
  /** By id. BOUNDED by three in the Secret, and those that it had within `lingerMs`. */
  readonly #known = new Map<string, KnownKey>();
  #current = '';
  #sending = '';

  /** What the Secret has now. A Secret that is gone or can't be read changes nothing: the last good keys stay. */
  read({ current, next, previous }: PulseKeys, nowMs: number): void {
    this.#current = pulseKeyIdOf(current);
    const listed = new Map([current, next, previous].flatMap((key) => (key ? [[pulseKeyIdOf(key), key]] : [])));
    for (const [id, key] of listed) {
      this.#known.set(id, { key, sinceMs: this.#known.get(id)?.sinceMs ?? nowMs, goneMs: undefined });
    }
    for (const [id, known] of this.#known) {
      if (!listed.has(id)) this.#known.set(id, { ...known, goneMs: known.goneMs ?? nowMs });
    }
  }

  /** What to use at that time. */
  held(nowMs: number): HeldKeys {
    if (this.#sending === '' || this.#settledMs() <= nowMs) this.#sending = this.#current;
    for (const [id, { goneMs }] of this.#known) {
      if (goneMs !== undefined && nowMs - goneMs >= lingerMs && id !== this.#sending) this.#known.delete(id);
    }
    const accept = [...this.#known.values()].map(({ key }) => key);
    return { send: this.#known.get(this.#sending)?.key, accept };
  }

  /** When `held` becomes another, as far as is known; Infinity for never. */
  nextDeadlineMs(): number {
    let dueMs = this.#sending === this.#current ? Number.POSITIVE_INFINITY : this.#settledMs();
    for (const { goneMs } of this.#known.values()) dueMs = Math.min(dueMs, (goneMs ?? dueMs) + lingerMs);
    return dueMs;
  }

  #settledMs(): number {
    return (this.#known.get(this.#current)?.sinceMs ?? Number.POSITIVE_INFINITY) + settleMs;
  }
}
