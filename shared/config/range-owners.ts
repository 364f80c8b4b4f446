import { type AddressRange, compareRanges, rangesOverlap } from '../net/address-range.ts';

interface Entry<Owner> {
  readonly range: AddressRange;
  readonly owner: Owner;
}

/** Disjoint ranges and whose they are. Bounded by the address entries of the configuration. */
export class RangeOwners<Owner> {
  readonly #entries: Entry<Owner>[] = [];

  /** Whose range overlaps this one; where several do, the one with the highest addresses. */
  overlapping(range: AddressRange): Owner | undefined {
    const { family, last } = range;
    const entry = this.#entries[this.#indexBehind({ family, first: last, last: 1n << 128n }) - 1];
    return entry !== undefined && rangesOverlap(entry.range, range) ? entry.owner : undefined;
  }

  /** Adds a range that overlaps none. */
  add(range: AddressRange, owner: Owner): void {
    this.#entries.splice(this.#indexBehind(range), 0, { range, owner });
  }

  /** Index of the first entry that sorts behind the range. */
  #indexBehind(range: AddressRange): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && compareRanges(entry.range, range) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
