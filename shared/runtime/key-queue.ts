/** Keys taken so far are dropped from the array at this number, so that it does not grow for ever. */
const dropAt = 1_024;

/**
 * Keys in order of arrival, each at most once. A Set alone would do, but that it finds its first entry by passing over
 * all that were deleted before: a queue of thousands takes longer for that than for the work. Bounded by the number of
 * different keys.
 */
export class KeyQueue {
  readonly #waiting = new Set<string>();
  /** Those that were taken stand before `#next`. */
  #keys: string[] = [];
  #next = 0;

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** A key that waits keeps its place. */
  add(key: string): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#keys.push(key);
  }

  take(): string | undefined {
    const key = this.#keys[this.#next];
    if (key === undefined) return undefined;
    this.#next += 1;
    this.#waiting.delete(key);
    if (this.#next === this.#keys.length || (this.#next >= dropAt && this.#next * 2 >= this.#keys.length)) {
      this.#keys = this.#keys.slice(this.#next);
      this.#next = 0;
    }
    return key;
  }
}
