import type { Pool } from '../../shared/config/model.ts';
import { candidateRanges } from '../../shared/config/pool-addresses.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { ForeignUse } from './foreign-use.ts';
import { RankedAddresses } from './ranges.ts';
import { TakenRanks } from './taken-ranks.ts';

/** How many addresses of one family of a pool are held, and how many there are. */
export interface FamilyUsage {
  readonly inUse: bigint;
  readonly of: bigint;
}

/** One family of a pool. `taken` is bounded by the addresses that Services hold. */
class FamilySpace {
  readonly addresses: RankedAddresses;
  readonly #taken = new TakenRanks();
  /** What others than Services use; bounded by what speakers report. */
  readonly foreign: ForeignUse[] = [];
  #inUse = 0;

  constructor(addresses: RankedAddresses) {
    this.addresses = addresses;
  }

  get usage(): FamilyUsage {
    return { inUse: BigInt(this.#inUse), of: this.addresses.size };
  }

  take(rank: bigint): void {
    if (this.#taken.add(rank)) this.#inUse += 1;
  }

  /** For as long as this object lives. */
  block(rank: bigint, use: ForeignUse): void {
    this.#taken.add(rank);
    this.foreign.push(use);
  }

  release(rank: bigint): void {
    if (this.#taken.delete(rank)) this.#inUse -= 1;
  }

  lowestFree(): bigint | undefined {
    return this.addresses.addressAt(this.#taken.lowestFree());
  }
}

/** A pool of the configuration with what is taken of it. */
export class PoolSpace {
  readonly pool: Pool;
  readonly #families: Readonly<Record<IpFamily, FamilySpace>>;

  constructor(pool: Pool) {
    const usable = candidateRanges(pool);
    const spaceOf = (family: IpFamily, avoidBuggy: boolean): FamilySpace =>
      new FamilySpace(
        new RankedAddresses(
          usable.filter((range) => range.family === family),
          avoidBuggy,
        ),
      );
    this.pool = pool;
    this.#families = { IPv4: spaceOf('IPv4', pool.avoidBuggyIPs), IPv6: spaceOf('IPv6', false) };
  }

  /** Where the address stands in the order of giving out; undefined where it is not usable in this pool. */
  rankOf(address: IpAddress): bigint | undefined {
    return this.#families[address.family].addresses.rankOf(address.value);
  }

  /** Marks an address of this pool as held; an address that is not usable here is ignored. */
  take(address: IpAddress): void {
    const rank = this.rankOf(address);
    if (rank !== undefined) this.#families[address.family].take(rank);
  }

  release(address: IpAddress): void {
    const rank = this.rankOf(address);
    if (rank !== undefined) this.#families[address.family].release(rank);
  }

  /** Another machine uses the address: it is given to nobody. To be called before any is taken, once for each. */
  block(use: ForeignUse): void {
    const rank = this.rankOf(use.address);
    if (rank !== undefined) this.#families[use.address.family].block(rank, use);
  }

  /** What others than Services use: neither in use nor available. */
  foreign(family: IpFamily): readonly ForeignUse[] {
    return this.#families[family].foreign;
  }

  /** The first address in spec order that nobody holds. */
  lowestFree(family: IpFamily): IpAddress | undefined {
    const value = this.#families[family].lowestFree();
    return value === undefined ? undefined : { family, value };
  }

  /** Whether it has any address of the family, free or not. */
  has(family: IpFamily): boolean {
    return this.#families[family].addresses.size > 0n;
  }

  usage(family: IpFamily): FamilyUsage {
    return this.#families[family].usage;
  }
}
