/**
 * When to look at something that changes in bursts: once it has been quiet for `quietMs`, at the latest `longestMs`
 * after the burst began.
 */
export class Settling {
  readonly #quietMs: number;
  readonly #longestMs: number;
  #beganMs: number | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(times: { readonly quietMs: number; readonly longestMs: number }) {
    this.#quietMs = times.quietMs;
    this.#longestMs = times.longestMs;
  }

  /** Infinite while nothing has changed. */
  get dueMs(): number {
    return this.#dueMs;
  }

  changed(nowMs: number): void {
    this.#beganMs ??= nowMs;
    this.#dueMs = Math.min(nowMs + this.#quietMs, this.#beganMs + this.#longestMs);
  }

  lookedAt(): void {
    this.#beganMs = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
