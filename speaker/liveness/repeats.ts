import { DeadlineHeap } from '../datapath/deadline-heap.ts';

interface Repeated<T> {
  readonly message: T;
  readonly everyMs: number;
  left: number;
}

/** Messages that are said several times, since any may be lost. BOUNDED by the keys that its user starts. */
export class Repeats<T> {
  readonly #repeated = new Map<string, Repeated<T>>();
  readonly #due = new DeadlineHeap<string>();

  /** The first time is now. What that key said before is over. */
  start(key: string, message: T, { times, everyMs }: { times: number; everyMs: number }, nowMs: number): void {
    this.#repeated.set(key, { message, everyMs, left: times });
    this.#due.set(key, nowMs);
  }

  stop(key: string): void {
    this.#repeated.delete(key);
    this.#due.delete(key);
  }

  isActive(key: string): boolean {
    return this.#repeated.has(key);
  }

  nextDeadlineMs(): number {
    return this.#due.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** One message to say now; undefined when there is none left at this time. */
  takeDue(nowMs: number): T | undefined {
    const first = this.#due.first();
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const repeated = this.#repeated.get(first.key);
    if (repeated === undefined || repeated.left <= 1) this.stop(first.key);
    else this.#due.set(first.key, nowMs + repeated.everyMs);
    if (repeated !== undefined) repeated.left -= 1;
    return repeated?.message;
  }
}
