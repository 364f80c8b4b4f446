import type { Clock } from './clock.ts';

/** Waits. True when the time has passed, false when the signal aborted first; never rejects. */
export function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * As `delay`, until a multiple of the period on the clock: tasks that look at something now and then are woken together.
 * Half a period at least, one and a half at most, and then a period each time.
 */
export function nextBeat(clock: Clock, periodMs: number, signal: AbortSignal): Promise<boolean> {
  const nowMs = clock.now();
  return delay(clock, (Math.round(nowMs / periodMs) + 1) * periodMs - nowMs, signal);
}
