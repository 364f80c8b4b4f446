/**
 * Renewals that are seen in one breath were written earlier than that, perhaps before the member died, or waited for
 * its cable to come back.
 */
const leastApartMs = 1_000;

interface Renewals {
  count: number;
  last: Renewal | undefined;
  blocked: boolean;
}

/** When it was written, and when it came here. */
export interface Renewal {
  readonly atMs: number;
  readonly seenMs: number;
}

/** How a member stands when its renewal is seen. */
export interface RenewalSight {
  /** Messages of it are due, and do not come. */
  readonly quiet: boolean;
  readonly answersOnWire: boolean;
}

/**
 * Whose Lease is renewed while its pulses do not come: they are blocked. A member that answers on the wire needs one
 * renewal for that. Any other needs two: the first may have been written before it died, and be seen only now.
 * BOUNDED: one entry per quiet member.
 */
export class BlockedPulses {
  readonly #quiet = new Map<string, Renewals>();

  isBlocked(node: string): boolean {
    return this.#quiet.get(node)?.blocked ?? false;
  }

  /** Whether it is blocked from now on. */
  renewed(node: string, { quiet, answersOnWire }: RenewalSight, renewal: Renewal): boolean {
    if (!quiet) return false;
    const renewals = this.#quiet.get(node) ?? { count: 0, last: undefined, blocked: false };
    this.#quiet.set(node, renewals);
    if (isApart(renewal, renewals.last)) renewals.count += 1;
    renewals.last = renewal;
    const begins = !renewals.blocked && renewals.count >= (answersOnWire ? 1 : 2);
    renewals.blocked ||= begins;
    return begins;
  }

  /** It is heard, or another incarnation, or gone. Whether it was blocked until now. */
  end(node: string): boolean {
    const wasBlocked = this.isBlocked(node);
    this.#quiet.delete(node);
    return wasBlocked;
  }
}

function isApart({ atMs, seenMs }: Renewal, last: Renewal | undefined): boolean {
  return last === undefined || Math.min(atMs - last.atMs, seenMs - last.seenMs) >= leastApartMs;
}
