/**
 * Pages of neighbouring integers of any size: of 2^`bits` each, below 2^32. A `Map` finds small integers several times
 * faster than bigints, so it is the last 32 bits of an integer that lead to its page, in a map for the bits before. Bounded by
 * what its user keeps in pages.
 */
export class Pages<P> {
  readonly #bits: number;
  readonly #blocks = new Map<bigint, Map<number, P>>();
  /** The block that was asked for last: nearly always the next one, too. */
  #block: Map<number, P> | undefined;
  #blockNumber = -1n;

  constructor(bits: number) {
    this.#bits = bits;
  }

  get(value: bigint): P | undefined {
    return this.#blockOf(value)?.get(lastBits(value) >> this.#bits);
  }

  set(value: bigint, page: P): void {
    const block = this.#blockOf(value) ?? new Map<number, P>();
    block.set(lastBits(value) >> this.#bits, page);
    this.#blocks.set(this.#blockNumber, block);
    this.#block = block;
  }

  delete(value: bigint): void {
    const block = this.#blockOf(value);
    block?.delete(lastBits(value) >> this.#bits);
    if (block?.size !== 0) return;
    this.#blocks.delete(this.#blockNumber);
    this.#block = undefined;
  }

  #blockOf(value: bigint): Map<number, P> | undefined {
    const number = value >> 32n;
    if (number !== this.#blockNumber) {
      this.#block = this.#blocks.get(number);
      this.#blockNumber = number;
    }
    return this.#block;
  }
}

/** Signed, as only such a number is a small integer to V8. */
export function lastBits(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}
