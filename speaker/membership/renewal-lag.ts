/** Renewals that the clocks' difference is taken from: a clock that was set back a little is believed again after so many. */
const remembered = 8;

interface Renewals {
  /** The last one's time, by the holder's clock. */
  readonly renewedMs: number;
  /** From the holder's clock to this node's. BOUNDED by `remembered`. */
  readonly distancesMs: readonly number[];
}

/**
 * How late this node sees renewals of Leases, though clocks differ: the smallest distance between a holder's own time
 * and the arrival here is taken for the clocks' difference, and what is more for the way. A renewal that comes late is
 * thus not taken for a sign of life from after the holder's death.
 */
export class RenewalLag {
  /** By node. BOUNDED by the nodes that have a Lease (`drop`). */
  readonly #renewals = new Map<string, Renewals>();

  /**
   * `renewedMs`: Unix time by the holder's clock; `arrivedMs`: on this node's monotonic clock, which nobody sets. Returns
   * how long the renewal was under way.
   */
  lagMs(node: string, renewedMs: number, arrivedMs: number): number {
    const distanceMs = arrivedMs - renewedMs;
    const before = this.#renewals.get(node);
    // Renewals come in their order: this holder's clock was set back, and its former distances say nothing any more.
    const known = before === undefined || renewedMs < before.renewedMs ? [] : before.distancesMs;
    const distancesMs = [...known, distanceMs].slice(-remembered);
    this.#renewals.set(node, { renewedMs, distancesMs });
    return distanceMs - Math.min(...distancesMs);
  }

  drop(node: string): void {
    this.#renewals.delete(node);
  }
}
