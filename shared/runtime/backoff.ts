import type { Random } from './random.ts';

export interface BackoffSchedule {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Share of each delay that is random: 0.5 gives 50 to 100 % of it. */
  readonly jitter: number;
}

/** For everything that retries against the API server. */
export const apiBackoff: BackoffSchedule = { initialMs: 200, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** The delay before retry number `attempt` (0 is the first retry). */
export function backoffDelay(schedule: BackoffSchedule, attempt: number, random: Random): number {
  const full = Math.min(schedule.maxMs, schedule.initialMs * schedule.factor ** attempt);
  return full * (1 - schedule.jitter * random());
}

/** Counts the failures in a row of one thing that is retried. */
export class Backoff {
  readonly #schedule: BackoffSchedule;
  readonly #random: Random;
  #failures = 0;

  constructor(schedule: BackoffSchedule, random: Random) {
    this.#schedule = schedule;
    this.#random = random;
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts one more failure; returns how long to wait, never less than what the server asked for. */
  next(retryAfterMs = 0): number {
    const delayMs = backoffDelay(this.#schedule, this.#failures, this.#random);
    this.#failures += 1;
    return Math.max(delayMs, retryAfterMs);
  }

  reset(): void {
    this.#failures = 0;
  }
}
