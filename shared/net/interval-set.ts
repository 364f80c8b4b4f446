import type { IpAddress, IpFamily } from './address.ts';
import { type AddressRange, rangeOf } from './address-range.ts';
import { RunList } from './run-list.ts';

/**
 * A set of addresses, kept as maximal runs: its size is that of its gaps, not of its addresses. One change or one
 * search costs O(log n) of the runs. Bounded by what the caller puts in.
 */
export class IntervalSet {
  readonly #runs: Readonly<Record<IpFamily, RunList>> = { IPv4: new RunList(), IPv6: new RunList() };

  has(address: IpAddress): boolean {
    return this.#runs[address.family].runAt(address.value) !== undefined;
  }

  insert(address: IpAddress): void {
    this.insertRange(rangeOf(address));
  }

  remove(address: IpAddress): void {
    this.removeRange(rangeOf(address));
  }

  insertRange(range: AddressRange): void {
    this.#runs[range.family].insert(range.first, range.last);
  }

  removeRange(range: AddressRange): void {
    this.#runs[range.family].remove(range.first, range.last);
  }

  /** The lowest address of the range that is not in the set; undefined where all are. */
  firstFree(range: AddressRange): IpAddress | undefined {
    const { family, first, last } = range;
    const run = this.#runs[family].runAt(first);
    // Runs are maximal, so the address behind one is free.
    const value = run === undefined ? first : run.last + 1n;
    return value > last ? undefined : { family, value };
  }

  /** How many addresses of the range are in the set. Time grows with the fragments in the range, slowly. */
  count(range: AddressRange): bigint {
    return this.#runs[range.family].count(range.first, range.last);
  }

  /** The set as disjoint ranges that don't touch, IPv4 first, ascending. */
  *ranges(): Generator<AddressRange> {
    for (const family of ['IPv4', 'IPv6'] as const) {
      for (const { first, last } of this.#runs[family].runs()) yield { family, first, last };
    }
  }
}
