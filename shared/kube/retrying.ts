import { apiBackoff, Backoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { delay } from '../runtime/delay.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { ApiError } from './api-error.ts';

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What is being done, for the log: `patch status of default/web`. */
  readonly what: string;
}

/**
 * Repeats the call until it succeeds, while the server is not reached, is overloaded (429, Retry-After honoured) or has
 * trouble of its own (5xx). Any other error is thrown at once, and so is the last one when the signal aborts. The first
 * failure is logged, not each.
 */
export async function retrying<R>(call: () => Promise<R>, options: RetryOptions): Promise<R> {
  const backoff = new Backoff(apiBackoff, options.random);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (backoff.failures === 0) options.log.warn('retrying', { what: options.what, error });
      const goOn = await delay(options.clock, backoff.next(error.retryAfterMs), options.signal);
      if (!goOn) throw error;
    }
  }
}

/** Whether the same request may well succeed later. */
export function isTransient(error: unknown): error is ApiError {
  return (
    error instanceof ApiError &&
    (error.code === 'Unreachable' || error.code === 'TooManyRequests' || error.code === 'ServerError')
  );
}
