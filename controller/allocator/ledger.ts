import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Pool } from '../../shared/config/model.ts';
import { candidateRanges } from '../../shared/config/pool-addresses.ts';
import { formatAddress, type IpAddress, type IpFamily } from '../../shared/net/address.ts';
import { type ForeignUse, type ForeignUses, noForeignUses } from './foreign-use.ts';
import { type Holding, HoldingsByAddress } from './holding.ts';
import { PoolSpace } from './pool.ts';
import { type SharingConflict, type SharingTerms, sharingConflict } from './sharing.ts';
import { SharingIndex } from './sharing-index.ts';

/** Why an address can't be had: somebody holds it who does not share it. */
export interface InUse {
  readonly by: ObjectKey;
  readonly conflict: SharingConflict;
}

interface IndexedRange {
  readonly first: bigint;
  readonly space: PoolSpace;
}

/**
 * Who holds what, in one configuration. Bounded by the number of Services, with at most two addresses each, and by the
 * number of ranges in the configuration.
 */
export class Ledger {
  readonly #spaces: ReadonlyMap<string, PoolSpace>;
  /** The pools' ranges without what is excluded, ascending; they do not overlap. */
  readonly #index: Readonly<Record<IpFamily, readonly IndexedRange[]>>;
  readonly #byAddress = new HoldingsByAddress();
  readonly #shared = new SharingIndex();

  /** Of pools that ask for it: where `conflictCheck` is switched off, its addresses are given again. */
  readonly #foreign: ForeignUses;

  constructor(pools: Iterable<Pool>, foreign: ForeignUses = noForeignUses) {
    const spaces = [...pools].map((pool) => new PoolSpace(pool));
    this.#spaces = new Map(spaces.map((space) => [space.pool.name, space]));
    this.#index = { IPv4: indexRanges(spaces, 'IPv4'), IPv6: indexRanges(spaces, 'IPv6') };
    this.#foreign = new Map([...foreign].filter(([, { address }]) => this.poolOf(address)?.pool.conflictCheck));
    for (const use of this.#foreign.values()) this.poolOf(use.address)?.block(use);
  }

  space(pool: string): PoolSpace | undefined {
    return this.#spaces.get(pool);
  }

  spaces(): Iterable<PoolSpace> {
    return this.#spaces.values();
  }

  /** The pool in which this address is usable. */
  poolOf(address: IpAddress): PoolSpace | undefined {
    const space = this.#spaceAround(address);
    return space?.rankOf(address) === undefined ? undefined : space;
  }

  /** The pool in which this address is usable, if it is in any. */
  #spaceAround(address: IpAddress): PoolSpace | undefined {
    const index = this.#index[address.family];
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((index[middle]?.first ?? 0n) <= address.value) low = middle + 1;
      else high = middle;
    }
    return index[low - 1]?.space;
  }

  /** Who else on the network uses the address, so that nobody is given it. */
  foreignUse(address: IpAddress): ForeignUse | undefined {
    return this.#foreign.size === 0 ? undefined : this.#foreign.get(formatAddress(address));
  }

  /** Who keeps a Service with these terms from having the address; undefined where nobody does. */
  inUse(address: IpAddress, terms: SharingTerms): InUse | undefined {
    for (const holding of this.#byAddress.of(address)) {
      const conflict = sharingConflict(terms, holding.terms);
      if (conflict !== undefined) return { by: holding.service, conflict };
    }
    return undefined;
  }

  /**
   * The address of this pool for a Service with these terms: one that it may share, otherwise the lowest free one. Two
   * Services that name one key mean to meet, so sharing comes before a lower address that happens to be free.
   */
  pick(space: PoolSpace, family: IpFamily, terms: SharingTerms): IpAddress | undefined {
    const shared = terms.key === '' ? undefined : this.#shareable(space, family, terms);
    return shared ?? space.lowestFree(family);
  }

  /** Whether others hold an address of one of the families under the same key on which none of the ports is taken. */
  mayShare(families: readonly IpFamily[], terms: SharingTerms): boolean {
    return families.some((family) => this.#shared.candidates(family, terms).next().done !== true);
  }

  /** Records that a Service holds addresses, which `inUse` must have cleared. */
  take(holding: Holding): void {
    for (const { address } of holding.assignments) {
      this.#byAddress.add(address, holding);
      this.#shared.add(address, holding.terms);
      this.#spaceAround(address)?.take(address);
    }
  }

  /** Forgets what was taken: the same object. */
  release(holding: Holding): void {
    for (const { address } of holding.assignments) {
      this.#shared.remove(address, holding.terms);
      if (this.#byAddress.delete(address, holding)) this.#spaceAround(address)?.release(address);
    }
  }

  /** The lowest address that others with the same key hold here, and that has room. */
  #shareable(space: PoolSpace, family: IpFamily, terms: SharingTerms): IpAddress | undefined {
    let best: { readonly address: IpAddress; readonly rank: bigint } | undefined;
    for (const address of this.#shared.candidates(family, terms)) {
      const rank = space.rankOf(address);
      if (rank === undefined || (best !== undefined && best.rank <= rank)) continue;
      if (this.inUse(address, terms) === undefined) best = { address, rank };
    }
    return best?.address;
  }
}

function indexRanges(spaces: readonly PoolSpace[], family: IpFamily): readonly IndexedRange[] {
  return spaces
    .flatMap((space) => {
      const ranges = candidateRanges(space.pool).filter((range) => range.family === family);
      return ranges.map(({ first }) => ({ first, space }));
    })
    .toSorted((a, b) => (a.first < b.first ? -1 : 1));
}
