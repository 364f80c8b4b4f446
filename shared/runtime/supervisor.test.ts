import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { delay } from './delay.ts';
import { supervise, TaskFailedError } from './supervisor.ts';
import type { Task } from './task.ts';

function setUp() {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const stop = new AbortController();
  const seen: string[] = [];
  /** A task that needs `cleanUpMs` to stop. */
  const task = (name: string, cleanUpMs = 0): Task => ({
    name,
    ready: Promise.resolve(),
    run: async (signal) => {
      seen.push(`${name} starts`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      if (cleanUpMs > 0) await delay(clock, cleanUpMs, new AbortController().signal);
      seen.push(`${name} stopped`);
    },
  });
  const failing = (name: string, afterMs: number, error: unknown): Task => ({
    name,
    ready: Promise.resolve(),
    run: async (signal) => {
      if ((await delay(clock, afterMs, signal)) && error !== undefined) throw error;
    },
  });
  const run = (tasks: readonly Task[]) => {
    const outcome: { ended: boolean; error: unknown } = { ended: false, error: undefined };
    void supervise(tasks, { signal: stop.signal, log, clock, stopTimeoutMs: 5_000 })
      .catch((error: unknown) => {
        outcome.error = error;
      })
      .then(() => {
        outcome.ended = true;
      });
    return outcome;
  };
  return { clock, log, stop, seen, task, failing, run };
}

describe('supervisor', () => {
  test('stops the last started first, each one only when the one after it has stopped', async () => {
    const { clock, stop, seen, task, run } = setUp();
    const outcome = run([task('a'), task('b', 100), task('c', 200)]);
    stop.abort();
    await clock.advance(1_000);
    assert.deepEqual(seen, ['a starts', 'b starts', 'c starts', 'c stopped', 'b stopped', 'a stopped']);
    assert.deepEqual(outcome, { ended: true, error: undefined });
    assert.equal(clock.pending, 0);
  });

  test('stops all when one fails, and says which and why', async () => {
    const { clock, log, seen, task, failing, run } = setUp();
    const cause = new Error('address in use');
    const outcome = run([task('a'), failing('b', 50, cause), task('c')]);
    await clock.advance(100);
    assert.deepEqual(seen, ['a starts', 'c starts', 'c stopped', 'a stopped']);
    assert.ok(outcome.error instanceof TaskFailedError);
    assert.equal(outcome.error.task, 'b');
    assert.equal(outcome.error.message, 'cannot run b: address in use');
    assert.deepEqual(log.events, ['task-failed']);
  });

  test('a task that ends by itself has failed', async () => {
    const { clock, task, failing, run } = setUp();
    const outcome = run([task('a'), failing('b', 50, undefined)]);
    await clock.advance(100);
    assert.ok(outcome.error instanceof TaskFailedError);
    assert.equal(outcome.error.message, 'cannot run b: it ended by itself');
  });

  test('a task that never gets ready because of an error has failed', async () => {
    const { clock, task, run } = setUp();
    const outcome = run([task('a'), { ...task('b'), ready: Promise.reject(new Error('no socket')) }]);
    await clock.advance(0);
    assert.ok(outcome.error instanceof TaskFailedError);
  });

  test('does not wait for ever for a task that does not stop, and still stops the others', async () => {
    const { clock, log, stop, seen, task, run } = setUp();
    const outcome = run([task('a'), task('stuck', 1_000_000), task('c')]);
    stop.abort();
    await clock.advance(2_499);
    assert.deepEqual(seen.slice(3), ['c stopped']);
    await clock.advance(1);
    assert.deepEqual(seen.slice(3), ['c stopped', 'a stopped']);
    assert.equal(outcome.ended, true);
    assert.deepEqual(log.events, ['task-did-not-stop']);
  });

  test('a failure while stopping is logged and does not hide the first one', async () => {
    const { clock, log, task, failing, run } = setUp();
    const late: Task = {
      name: 'late',
      ready: Promise.resolve(),
      run: async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw new Error('late');
      },
    };
    const outcome = run([task('a'), late, failing('first', 10, new Error('first'))]);
    await clock.advance(100);
    assert.equal(outcome.error instanceof TaskFailedError && outcome.error.task, 'first');
    assert.deepEqual(log.events, ['task-failed', 'task-failed-while-stopping']);
  });

  test('starts nothing when it is told to stop before', async () => {
    const { clock, stop, seen, task, run } = setUp();
    stop.abort();
    const outcome = run([task('a')]);
    await clock.advance(0);
    assert.deepEqual(seen, []);
    assert.equal(outcome.ended, true);
  });
});
