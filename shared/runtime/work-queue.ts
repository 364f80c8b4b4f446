import { type BackoffSchedule, backoffDelay } from './backoff.ts';
import { KeyQueue } from './key-queue.ts';
import type { Random } from './random.ts';

/** What becomes of a key that was worked on: it is forgotten, comes back after a while, or is retried with backoff. */
export type WorkOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'again'; readonly delayMs: number }
  | { readonly type: 'retry'; readonly retryAfterMs?: number };

/**
 * Keys that wait for work, without a clock of its own. A key waits at most once, at its earliest due time, and is never
 * handed out while it is being worked on: what is added meanwhile waits until then. Each collection is bounded by the
 * number of different keys, which is that of the objects in the cluster.
 */
export class WorkQueue {
  readonly #backoff: BackoffSchedule;
  readonly #random: Random;
  readonly #due = new KeyQueue();
  /** Due time by key. */
  readonly #later = new Map<string, number>();
  /** Never above the earliest time in `#later`, so that most calls need not look through it. */
  #earliestMs = Number.POSITIVE_INFINITY;
  /** Being worked on; with the due time for which it was added again meanwhile. */
  readonly #working = new Map<string, number | undefined>();
  /** Until when the server asked to be left alone about a key; only of keys that wait. */
  readonly #notBeforeMs = new Map<string, number>();
  /** Failures in a row; only of keys that wait or are worked on. */
  readonly #failures = new Map<string, number>();

  constructor(backoff: BackoffSchedule, random: Random) {
    this.#backoff = backoff;
    this.#random = random;
  }

  get waiting(): number {
    return this.#due.size + this.#later.size;
  }

  get working(): number {
    return this.#working.size;
  }

  /** The earlier of two due times wins, but none comes before the time that the server asked for. */
  add(key: string, wantedMs: number, nowMs: number): void {
    const dueMs = Math.max(wantedMs, this.#notBeforeMs.get(key) ?? wantedMs);
    if (this.#working.has(key)) {
      this.#working.set(key, Math.min(dueMs, this.#working.get(key) ?? dueMs));
    } else if (dueMs <= nowMs) {
      this.#later.delete(key);
      this.#due.add(key);
    } else if (!this.#due.has(key)) {
      const earlier = Math.min(dueMs, this.#later.get(key) ?? dueMs);
      this.#later.set(key, earlier);
      this.#earliestMs = Math.min(this.#earliestMs, earlier);
    }
  }

  /** The first key in order of arrival that is due. */
  take(nowMs: number): string | undefined {
    if (this.#earliestMs <= nowMs) this.#moveDue(nowMs);
    const key = this.#due.take();
    if (key === undefined) return undefined;
    this.#notBeforeMs.delete(key);
    this.#working.set(key, undefined);
    return key;
  }

  /** Ends the work on a key that was taken. */
  finish(key: string, outcome: WorkOutcome, nowMs: number): void {
    const addedForMs = this.#working.get(key);
    this.#working.delete(key);
    const retryAfterMs = outcome.type === 'retry' ? outcome.retryAfterMs : undefined;
    if (retryAfterMs !== undefined) this.#notBeforeMs.set(key, nowMs + retryAfterMs);
    if (addedForMs !== undefined) this.add(key, addedForMs, nowMs);
    if (outcome.type === 'retry') {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      const delayMs = Math.max(backoffDelay(this.#backoff, failures, this.#random), outcome.retryAfterMs ?? 0);
      this.add(key, nowMs + delayMs, nowMs);
      return;
    }
    this.#failures.delete(key);
    if (outcome.type === 'again') this.add(key, nowMs + outcome.delayMs, nowMs);
  }

  /** When to call `take` next: never later than when a key falls due; undefined where none waits. */
  nextDueMs(nowMs: number): number | undefined {
    if (this.#due.size > 0) return nowMs;
    return this.#later.size > 0 ? this.#earliestMs : undefined;
  }

  #moveDue(nowMs: number): void {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const [key, dueMs] of this.#later) {
      if (dueMs <= nowMs) {
        this.#later.delete(key);
        this.#due.add(key);
      } else earliestMs = Math.min(earliestMs, dueMs);
    }
    this.#earliestMs = earliestMs;
  }
}
