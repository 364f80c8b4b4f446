/** Numbers below the highest by less than this are remembered one by one (RFC 4303 §3.4.3 asks for 32 at least). */
export const replayWindowSize = 64n;

/**
 * Which of a sender's sequence numbers were seen (RFC 4303 §3.4.3): each passes once, in whatever order, as long as it
 * is not far behind the highest. To be asked only about messages that are authentic. Senders count from 1.
 */
export class ReplayWindow {
  #highest = 0n;
  /** Bit n: the highest minus n was seen. */
  #seen = 1n;

  /** False for a number that was seen before, or that is too old to tell. */
  accept(sequence: bigint): boolean {
    if (sequence > this.#highest) {
      const ahead = sequence - this.#highest;
      this.#seen =
        ahead >= replayWindowSize ? 1n : BigInt.asUintN(Number(replayWindowSize), (this.#seen << ahead) | 1n);
      this.#highest = sequence;
      return true;
    }
    const behind = this.#highest - sequence;
    if (behind >= replayWindowSize || ((this.#seen >> behind) & 1n) === 1n) return false;
    this.#seen |= 1n << behind;
    return true;
  }
}
