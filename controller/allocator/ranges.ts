import type { AddressRange } from '../../shared/net/address-range.ts';

/** A gapless run of usable addresses, numbered on from `firstRank`. */
interface Run {
  readonly firstRank: bigint;
  readonly size: bigint;
  /** Address of the first rank, in the coordinates that `avoidBuggyIPs` leaves. */
  readonly first: bigint;
}

/**
 * Numbers the usable addresses of one family of a pool 0, 1, 2 … in the order in which they are given out: a free one
 * is then the first gap in a set of numbers, whatever is excluded. Bounded by the number of ranges in the
 * configuration; no address is stored.
 */
export class RankedAddresses {
  readonly size: bigint;
  readonly #avoidBuggy: boolean;
  readonly #inOrder: readonly Run[];
  readonly #byAddress: readonly Run[];

  constructor(ranges: readonly AddressRange[], avoidBuggy: boolean) {
    const runs: Run[] = [];
    let size = 0n;
    for (const range of ranges) {
      const first = avoidBuggy ? squeeze(range.first) : range.first;
      const end = avoidBuggy ? squeeze(range.last + 1n) : range.last + 1n;
      if (end <= first) continue;
      runs.push({ firstRank: size, size: end - first, first });
      size += end - first;
    }
    this.size = size;
    this.#avoidBuggy = avoidBuggy;
    this.#inOrder = runs;
    this.#byAddress = runs.toSorted((a, b) => compare(a.first, b.first));
  }

  /** Undefined for an address that is not usable here. */
  rankOf(address: bigint): bigint | undefined {
    if (this.#avoidBuggy && isBuggy(address)) return undefined;
    const place = this.#avoidBuggy ? squeeze(address) : address;
    const run = lastAtOrBelow(this.#byAddress, place, (candidate) => candidate.first);
    if (run === undefined || place - run.first >= run.size) return undefined;
    return run.firstRank + (place - run.first);
  }

  /** Undefined from `size` on. */
  addressAt(rank: bigint): bigint | undefined {
    const run = lastAtOrBelow(this.#inOrder, rank, (candidate) => candidate.firstRank);
    if (run === undefined || rank - run.firstRank >= run.size) return undefined;
    const place = run.first + (rank - run.firstRank);
    return this.#avoidBuggy ? unsqueeze(place) : place;
  }
}

/** `ranges` without `excluded`, still in spec order. */
export function withoutExcluded(
  ranges: readonly AddressRange[],
  excluded: readonly AddressRange[],
): readonly AddressRange[] {
  const holes = excluded.toSorted((a, b) => compare(a.first, b.first));
  return ranges.flatMap((range) => punch(range, holes));
}

function punch(range: AddressRange, holes: readonly AddressRange[]): readonly AddressRange[] {
  const left: AddressRange[] = [];
  let first = range.first;
  for (const hole of holes) {
    if (hole.family !== range.family || hole.last < first || hole.first > range.last) continue;
    if (hole.first > first) left.push({ family: range.family, first, last: hole.first - 1n });
    first = hole.last + 1n;
  }
  if (first <= range.last) left.push({ family: range.family, first, last: range.last });
  return left;
}

/** Some old routers take a.b.c.0 and a.b.c.255 for broadcast whatever the netmask. */
function isBuggy(address: bigint): boolean {
  const low = address & 0xffn;
  return low === 0n || low === 0xffn;
}

/** How many addresses below this one do not end in .0 or .255: 254 in each whole /24. */
function squeeze(address: bigint): bigint {
  const low = address & 0xffn;
  return (address >> 8n) * 254n + (low === 0n ? 0n : low === 0xffn ? 254n : low - 1n);
}

function unsqueeze(place: bigint): bigint {
  return ((place / 254n) << 8n) + (place % 254n) + 1n;
}

function lastAtOrBelow(runs: readonly Run[], limit: bigint, start: (run: Run) => bigint): Run | undefined {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run !== undefined && start(run) <= limit) low = middle + 1;
    else high = middle;
  }
  return runs[low - 1];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
