import type { Clock } from './clock.ts';
import { deferred } from './deferred.ts';
import { delay } from './delay.ts';
import { errorText } from './error-text.ts';
import type { Log } from './log.ts';
import type { Task } from './task.ts';

/** A task threw, or ended though nobody told it to. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';
  readonly code = 'TaskFailed';
  readonly task: string;

  constructor(task: string, cause: unknown) {
    super(`cannot run ${task}: ${errorText(cause)}`, { cause });
    this.task = task;
  }
}

export interface SupervisorOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  /** For all tasks together, from the signal on; 10 s by default. Kubernetes' own grace period is 30 s. */
  readonly stopTimeoutMs?: number;
}

interface Running {
  readonly task: Task;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Runs the tasks until the signal aborts or one of them fails, then stops them one by one, the last started first, so
 * that each may use those before it while it cleans up.
 * @throws TaskFailedError for the first task that threw or ended by itself, once all are stopped.
 */
export async function supervise(tasks: readonly Task[], options: SupervisorOptions): Promise<void> {
  const stop = deferred();
  let failure: TaskFailedError | undefined;
  let stopping = false;
  const fail = (task: Task, cause: unknown): void => {
    if (failure === undefined && !stopping) {
      failure = new TaskFailedError(task.name, cause);
      options.log.error('task-failed', { task: task.name, error: cause });
    } else options.log.warn('task-failed-while-stopping', { task: task.name, error: cause });
    stop.resolve();
  };
  const start = (task: Task): Running => {
    const controller = new AbortController();
    options.log.debug('task-started', { task: task.name });
    void task.ready.then(
      () => options.log.debug('task-ready', { task: task.name }),
      (error: unknown) => fail(task, error),
    );
    const ended = runTask(task, controller.signal).catch((error: unknown) => fail(task, error));
    return { task, controller, ended };
  };

  if (options.signal.aborted) return;
  options.signal.addEventListener('abort', () => stop.resolve(), { once: true });
  const running = tasks.map(start);
  await stop.promise;
  stopping = true;
  await stopAll(running, options);
  if (failure !== undefined) throw failure;
}

async function runTask(task: Task, signal: AbortSignal): Promise<void> {
  await task.run(signal);
  if (!signal.aborted) throw new Error('it ended by itself');
}

/** Each may take half of the time that is left, so that one which is stuck leaves some for the others. */
async function stopAll(running: readonly Running[], { clock, log, stopTimeoutMs = 10_000 }: SupervisorOptions) {
  const deadlineMs = clock.now() + stopTimeoutMs;
  for (const { task, controller, ended } of running.toReversed()) {
    controller.abort();
    const timer = new AbortController();
    const tooLate = delay(clock, (deadlineMs - clock.now()) / 2, timer.signal);
    const stopped = await Promise.race([ended.then(() => true), tooLate.then(() => false)]);
    timer.abort();
    if (!stopped) log.warn('task-did-not-stop', { task: task.name });
  }
}
