import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { Assignment } from './decision.ts';
import type { AllocationRequest } from './request.ts';
import type { SharingTerms } from './sharing.ts';

/** What a Service holds, and on which terms. */
export interface Holding {
  readonly service: ObjectKey;
  readonly assignments: readonly Assignment[];
  readonly terms: SharingTerms;
}

/** Of a Service that is not decided upon yet. */
export const nothingHeld: Holding = { service: '', assignments: [], terms: { key: '', ports: [], backends: '' } };

export function holdingOf({ key, terms }: AllocationRequest, assignments: readonly Assignment[]): Holding {
  return { service: key, assignments, terms };
}

type Holders = Holding | Set<Holding>;

/** The holders of neighbouring addresses; most pages are full, as the lowest free address is always the next. */
interface Page {
  readonly holders: (Holders | undefined)[];
  /** Addresses that somebody holds. */
  held: number;
}

const pageBits = 6;
const pageSize = 1 << pageBits;

/**
 * The holdings of each address. Most are held by one Service alone, for which no set is made. They stand in pages of 64
 * addresses, so that the next address is where the last one was, which of a million is more than any hashing is worth;
 * the pages by their part of the last 32 bits, a small integer, under the bits before, of which IPv4 has none and
 * an IPv6 pool few. Bounded by what Services hold: at most one page per address.
 */
export class HoldingsByAddress {
  readonly #byFamily: Readonly<Record<IpFamily, Map<bigint, Map<number, Page>>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
  };

  of({ family, value }: IpAddress): Iterable<Holding> {
    const last = lastBits(value);
    const page = this.#byFamily[family].get(firstBits(value))?.get(last >> pageBits);
    const found = page?.holders[last & (pageSize - 1)];
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  add({ family, value }: IpAddress, holding: Holding): void {
    const last = lastBits(value);
    const page = this.#pageFor(family, firstBits(value), last >> pageBits);
    const index = last & (pageSize - 1);
    const found = page.holders[index];
    if (found === undefined) {
      page.holders[index] = holding;
      page.held += 1;
    } else if (found instanceof Set) found.add(holding);
    else page.holders[index] = new Set([found, holding]);
  }

  /** True where nobody holds the address any more. */
  delete({ family, value }: IpAddress, holding: Holding): boolean {
    const byFirst = this.#byFamily[family];
    const first = firstBits(value);
    const last = lastBits(value);
    const pages = byFirst.get(first);
    const page = pages?.get(last >> pageBits);
    const found = page?.holders[last & (pageSize - 1)];
    const freed = found instanceof Set ? found.delete(holding) && found.size === 0 : found === holding;
    if (!freed || pages === undefined || page === undefined) return false;
    page.holders[last & (pageSize - 1)] = undefined;
    page.held -= 1;
    if (page.held === 0) pages.delete(last >> pageBits);
    if (pages.size === 0) byFirst.delete(first);
    return true;
  }

  #pageFor(family: IpFamily, first: bigint, number: number): Page {
    const byFirst = this.#byFamily[family];
    const pages = byFirst.get(first) ?? new Map<number, Page>();
    const page = pages.get(number) ?? { holders: Array.from({ length: pageSize }, () => undefined), held: 0 };
    if (page.held === 0) {
      pages.set(number, page);
      byFirst.set(first, pages);
    }
    return page;
  }
}

function firstBits(value: bigint): bigint {
  return value >> 32n;
}

/** Signed, as only such a number is a small integer to V8. */
function lastBits(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}
