import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { Assignment } from './decision.ts';
import { lastBits, Pages } from './pages.ts';
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

/** Who holds each of neighbouring addresses; most pages are full, as the lowest free address is always the next. */
type Page = (Holders | undefined)[];

const pageBits = 7;
const pageSize = 1 << pageBits;

/**
 * The holdings of each address. Most are held by one Service alone, for which no set is made. They stand in pages of 128
 * addresses, so that the next address is where the last one was: of a million none is looked for at random. Bounded by
 * what Services hold: at most one page per address.
 */
export class HoldingsByAddress {
  readonly #byFamily: Readonly<Record<IpFamily, Pages<Page>>> = {
    IPv4: new Pages(pageBits),
    IPv6: new Pages(pageBits),
  };

  of({ family, value }: IpAddress): Iterable<Holding> {
    const found = this.#byFamily[family].get(value)?.[indexOf(value)];
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  add({ family, value }: IpAddress, holding: Holding): void {
    const page = this.#byFamily[family].get(value) ?? this.#newPage(family, value);
    const index = indexOf(value);
    const found = page[index];
    if (found === undefined) page[index] = holding;
    else if (found instanceof Set) found.add(holding);
    else page[index] = new Set([found, holding]);
  }

  /** True where nobody holds the address any more. */
  delete({ family, value }: IpAddress, holding: Holding): boolean {
    const page = this.#byFamily[family].get(value);
    const index = indexOf(value);
    const found = page?.[index];
    const freed = found instanceof Set ? found.delete(holding) && found.size === 0 : found === holding;
    if (!freed || page === undefined) return false;
    page[index] = undefined;
    if (page.every((one) => one === undefined)) this.#byFamily[family].delete(value);
    return true;
  }

  #newPage(family: IpFamily, value: bigint): Page {
    const page: Page = Array.from({ length: pageSize }, () => undefined);
    this.#byFamily[family].set(value, page);
    return page;
  }
}

function indexOf(value: bigint): number {
  return lastBits(value) & (pageSize - 1);
}
