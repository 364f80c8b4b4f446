import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

/** setTimeout takes a signed 32-bit number of ms; above it, it fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. Timers keep the process alive until they fire or are cancelled. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    wallMs: () => Date.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestTimerMs));
      return () => clearTimeout(timer);
    },
  };
}
