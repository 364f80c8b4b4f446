/** Numbers below the highest by less than this are remembered one by one (RFC 4303 §3.4.3 asks for 32 at least). */
export const replayWindowSize = 64;

/**
 * Which of a sender's sequence numbers were seen (RFC 4303 §3.4.3): each passes once, in whatever order, as long as it
 * is not far behind the highest. To be asked only about messages that are authentic. Senders count from 1.
 */
export class ReplayWindow {
  #highest = 0;
  /** By the number modulo the window's size: the last one of these that passed. */
  readonly #passed = new Float64Array(replayWindowSize);

  /** False for a number that was seen before, or that is too old to tell. */
  accept(sequence: number): boolean {
    const slot = sequence % replayWindowSize;
    if (sequence <= this.#highest - replayWindowSize || this.#passed[slot] === sequence) return false;
    this.#passed[slot] = sequence;
    if (sequence > this.#highest) this.#highest = sequence;
    return true;
  }
}
