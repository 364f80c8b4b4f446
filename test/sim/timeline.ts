import { DeadlineHeap } from '../../speaker/datapath/deadline-heap.ts';

/** What happens when, in whole milliseconds; what falls into one happens in the order in which it was planned. */
export class Timeline {
  readonly #buckets = new Map<number, (() => void)[]>();
  readonly #order = new DeadlineHeap<number>();
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  at(dueMs: number, action: () => void): void {
    const key = Math.max(Math.ceil(dueMs), this.#nowMs);
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) bucket.push(action);
    else {
      this.#buckets.set(key, [action]);
      this.#order.set(key, key);
    }
  }

  after(delayMs: number, action: () => void): void {
    this.at(this.#nowMs + delayMs, action);
  }

  run(untilMs: number): void {
    for (let first = this.#order.first(); first !== undefined; first = this.#order.first()) {
      if (first.dueMs > untilMs) break;
      this.#nowMs = first.dueMs;
      const bucket = this.#buckets.get(first.key) ?? [];
      // Actions may plan more for this very millisecond.
      for (let at = 0; at < bucket.length; at += 1) bucket[at]?.();
      this.#buckets.delete(first.key);
      this.#order.delete(first.key);
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}
