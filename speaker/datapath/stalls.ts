import type { PulseTiming } from '../liveness/watch.ts';

/** Times when the thread did not run though it was due, since they were taken last. */
export interface Stalled {
  readonly times: number;
  readonly longestMs: number;
}

/**
 * Stalls that cost so many pulses that others may have taken this node for dead: the pulse before the stall may be an
 * interval older than its beginning.
 */
export class Stalls {
  readonly #leastMs: number;
  #total = 0;
  #times = 0;
  #longestMs = 0;

  constructor({ intervalMs, multiplier }: PulseTiming) {
    this.#leastMs = intervalMs * Math.max(multiplier - 1, 1);
  }

  /** Since the start. */
  get total(): number {
    return this.#total;
  }

  /** The thread runs; it had something to do at `dueMs`, or has it later. */
  ran(dueMs: number, nowMs: number): void {
    const lateMs = nowMs - dueMs;
    if (lateMs < this.#leastMs) return;
    this.#total += 1;
    this.#times += 1;
    this.#longestMs = Math.max(this.#longestMs, lateMs);
  }

  take(): Stalled | undefined {
    if (this.#times === 0) return undefined;
    const stalled = { times: this.#times, longestMs: this.#longestMs };
    this.#times = 0;
    this.#longestMs = 0;
    return stalled;
  }
}
