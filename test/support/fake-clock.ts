import type { Clock } from '../../shared/runtime/clock.ts';
import { settle } from './settle.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when the test says so. */
export class FakeClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #earlyMs: number;

  /** `earlyMs`: timers fire so long before their time, as real ones do by up to 1 ms; never before half of it. */
  constructor(options: { nowMs?: number; wallMs?: number; earlyMs?: number } = {}) {
    this.#nowMs = options.nowMs ?? 1_000_000;
    this.#earlyMs = options.earlyMs ?? 0;
    this.#wallOffsetMs = (options.wallMs ?? Date.UTC(2026, 0, 1)) - this.#nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    this.#order += 1;
    // Half of it at least: who asks for the rest again then gets on all the same.
    const firesInMs = Math.max(delayMs - this.#earlyMs, delayMs / 2, 0);
    const timer: Timer = { dueMs: this.#nowMs + firesInMs, order: this.#order, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due. */
  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Lets `byMs` pass: fires what falls due, in order, and lets the promises that hang on it run in between. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settle();
    for (let timer = this.#next(); timer !== undefined && timer.dueMs <= untilMs; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.callback();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }

  /** Moves the wall clock alone, as NTP or an operator does. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
}
