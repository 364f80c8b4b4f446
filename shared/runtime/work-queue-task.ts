import { apiBackoff, type BackoffSchedule } from './backoff.ts';
import type { Clock } from './clock.ts';
import { deferred } from './deferred.ts';
import type { Log } from './log.ts';
import type { Random } from './random.ts';
import type { Task } from './task.ts';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Keys in work at once; 1 by default. */
  readonly concurrency?: number;
  /** Between the tries of one key; `apiBackoff` by default. */
  readonly backoff?: BackoffSchedule;
  /** Works on one key. What it throws is logged, and the key retried with backoff. */
  readonly work: (key: string, signal: AbortSignal) => Promise<WorkOutcome>;
}

export interface WorkQueueTask extends Task {
  /** Has the key worked on, after `delayMs` (0 by default). May be called before the task runs. */
  add(key: string, delayMs?: number): void;
  /** Keys that wait, those in work not counted. */
  readonly waiting: number;
}

/**
 * Works on keys, each one never twice at once. On abort nothing new is begun; the task ends when the work under way has
 * ended, which the signal given to it is meant to hasten.
 */
export function workQueueTask(options: WorkQueueOptions): WorkQueueTask {
  const { clock, log } = options;
  const queue = new WorkQueue(options.backoff ?? apiBackoff, options.random);
  const concurrency = options.concurrency ?? 1;
  const ready = deferred();
  const idle = deferred();
  let running: AbortSignal | undefined;
  let cancelTimer = (): void => undefined;

  const workOn = async (key: string, signal: AbortSignal): Promise<void> => {
    let outcome: WorkOutcome = { type: 'retry' };
    try {
      outcome = await options.work(key, signal);
    } catch (error) {
      if (!signal.aborted) log.warn('work-failed', { queue: options.name, key, error });
    }
    queue.finish(key, outcome, clock.now());
    pump();
  };

  const pump = (): void => {
    cancelTimer();
    if (running === undefined) return;
    if (running.aborted) {
      if (queue.working === 0) idle.resolve();
      return;
    }
    while (queue.working < concurrency) {
      const key = queue.take(clock.now());
      if (key === undefined) break;
      void workOn(key, running);
    }
    const nextMs = queue.nextDueMs(clock.now());
    if (queue.working < concurrency && nextMs !== undefined) cancelTimer = clock.after(nextMs - clock.now(), pump);
  };

  return {
    name: options.name,
    ready: ready.promise,
    get waiting() {
      return queue.waiting;
    },
    add: (key, delayMs = 0) => {
      const nowMs = clock.now();
      queue.add(key, nowMs + delayMs, nowMs);
      pump();
    },
    run: async (signal) => {
      running = signal;
      ready.resolve();
      signal.addEventListener('abort', pump, { once: true });
      pump();
      await idle.promise;
    },
  };
}
