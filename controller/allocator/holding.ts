import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { Assignment } from './decision.ts';
import type { SharingTerms } from './sharing.ts';

/** What a Service holds, and on which terms. */
export interface Holding {
  readonly service: ObjectKey;
  readonly assignments: readonly Assignment[];
  readonly terms: SharingTerms;
}

/**
 * The holdings of each address. Most are held by one Service alone, for which no set is made. Bounded by what Services
 * hold.
 */
export class HoldingsByAddress {
  readonly #byFamily: Readonly<Record<IpFamily, Map<bigint, Holding | Set<Holding>>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
  };

  of({ family, value }: IpAddress): Iterable<Holding> {
    const found = this.#byFamily[family].get(value);
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  add({ family, value }: IpAddress, holding: Holding): void {
    const byValue = this.#byFamily[family];
    const found = byValue.get(value);
    if (found === undefined) byValue.set(value, holding);
    else if (found instanceof Set) found.add(holding);
    else byValue.set(value, new Set([found, holding]));
  }

  /** True where nobody holds the address any more. */
  delete({ family, value }: IpAddress, holding: Holding): boolean {
    const byValue = this.#byFamily[family];
    const found = byValue.get(value);
    const last = found instanceof Set ? found.delete(holding) && found.size === 0 : found === holding;
    if (last) byValue.delete(value);
    return last;
  }
}
