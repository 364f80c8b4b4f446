import { isBuggy } from '../../shared/config/pool-addresses.ts';
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

  /** `avoidBuggy` is for IPv4 only. The ranges do not overlap. */
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
    this.#byAddress = runs.toSorted((a, b) => (a.first < b.first ? -1 : 1));
  }

  /** Undefined for an address that is not usable here. */
  rankOf(address: bigint): bigint | undefined {
    if (this.#avoidBuggy && isBuggy({ family: 'IPv4', value: address })) return undefined;
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
