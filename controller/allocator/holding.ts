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

type Holders = Holding | Set<Holding>;

/**
 * The holdings of each address. Most are held by one Service alone, for which no set is made. Of a million addresses
 * one is found twice as fast by a small integer as by a bigint: so they stand by their last 32 bits under the bits
 * before, of which IPv4 has none and an IPv6 pool few. Bounded by what Services hold.
 */
export class HoldingsByAddress {
  readonly #byFamily: Readonly<Record<IpFamily, Map<bigint, Map<number, Holders>>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
  };

  of({ family, value }: IpAddress): Iterable<Holding> {
    const found = this.#byFamily[family].get(firstBits(value))?.get(lastBits(value));
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  add({ family, value }: IpAddress, holding: Holding): void {
    const byFirst = this.#byFamily[family];
    const first = firstBits(value);
    const last = lastBits(value);
    const byLast = byFirst.get(first);
    const found = byLast?.get(last);
    if (byLast === undefined) byFirst.set(first, new Map([[last, holding]]));
    else if (found === undefined) byLast.set(last, holding);
    else if (found instanceof Set) found.add(holding);
    else byLast.set(last, new Set([found, holding]));
  }

  /** True where nobody holds the address any more. */
  delete({ family, value }: IpAddress, holding: Holding): boolean {
    const byFirst = this.#byFamily[family];
    const byLast = byFirst.get(firstBits(value));
    const found = byLast?.get(lastBits(value));
    const freed = found instanceof Set ? found.delete(holding) && found.size === 0 : found === holding;
    if (freed) byLast?.delete(lastBits(value));
    if (byLast?.size === 0) byFirst.delete(firstBits(value));
    return freed;
  }
}

function firstBits(value: bigint): bigint {
  return value >> 32n;
}

/** Signed, as only such a number is a small integer to V8. */
function lastBits(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}
