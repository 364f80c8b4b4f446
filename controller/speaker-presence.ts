import type { Lease } from '../shared/api/lease.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';

/** The label that speakers put on their Leases. */
export const speakerLeaseSelector = 'app.kubernetes.io/component=speaker';

/** Speakers that start together with the controller, or that find the API server again, get this long for their Lease. */
const graceMs = 30_000;
/**
 * The API server says something at least every 15 s, be it that it lives. Without that nobody could have renewed a
 * Lease that we would have seen. Less than a Lease lives.
 */
const silenceMs = 20_000;
/** Lease durations without a renewal: one is a restart, and the API server may have been away for a moment. */
const missedDurations = 2;

interface Seen {
  readonly resourceVersion: string;
  readonly aliveUntilMs: number;
}

/**
 * Whether any speaker lives, by their Leases. A Lease lives as long as it is seen to change, by our own clock: those
 * of others are never compared. Bounded by the number of nodes.
 */
export class SpeakerPresence {
  readonly #seen = new Map<ObjectKey, Seen>();
  #startedMs: number;

  constructor(nowMs: number) {
    this.#startedMs = nowMs;
  }

  see(lease: Lease, nowMs: number): void {
    const { resourceVersion } = lease.meta;
    const key = keyOf(lease.meta);
    if (this.#seen.get(key)?.resourceVersion === resourceVersion) return;
    const held = lease.holderIdentity !== undefined;
    const aliveUntilMs = held ? nowMs + missedDurations * lease.leaseDurationSeconds * 1000 : nowMs;
    this.#seen.set(key, { resourceVersion, aliveUntilMs });
  }

  drop(lease: Lease): void {
    this.#seen.delete(keyOf(lease.meta));
  }

  /** Undefined while nobody can know. `heardMs`: when the API server was last heard. */
  allGone(nowMs: number, heardMs: number): boolean | undefined {
    if (nowMs - heardMs >= silenceMs) {
      this.#startedMs = nowMs;
      return undefined;
    }
    for (const { aliveUntilMs } of this.#seen.values()) if (nowMs < aliveUntilMs) return false;
    return nowMs < this.#startedMs + graceMs ? undefined : true;
  }
}
