/** Renewals that the clocks' difference is taken from: a clock that was set is believed again after so many. */
const remembered = 8;

/**
 * How late this node sees renewals of Leases, though clocks differ: the smallest distance between a holder's own time
 * and the arrival here is taken for the clocks' difference, and what is more for the way. A renewal that comes late is
 * thus not taken for a sign of life from after the holder's death.
 */
export class RenewalLag {
  /** By node: the last distances, ms. BOUNDED by the nodes that have a Lease (`drop`), and by `remembered`. */
  readonly #distancesMs = new Map<string, readonly number[]>();

  /** Unix times, the first by the holder's clock. Returns how long the renewal was under way. */
  lagMs(node: string, renewedMs: number, arrivedMs: number): number {
    const distanceMs = arrivedMs - renewedMs;
    const distances = [...(this.#distancesMs.get(node) ?? []), distanceMs].slice(-remembered);
    this.#distancesMs.set(node, distances);
    return distanceMs - Math.min(...distances);
  }

  drop(node: string): void {
    this.#distancesMs.delete(node);
  }
}
