import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { delay } from './delay.ts';
import type { WorkOutcome } from './work-queue.ts';
import { workQueueTask } from './work-queue-task.ts';

/** Each key takes 100 ms. */
function queue(options: { concurrency?: number; outcome?: (key: string) => WorkOutcome } = {}) {
  const clock = new FakeClock({ nowMs: 0 });
  const log = new MemoryLog();
  const seen: string[] = [];
  let most = 0;
  let current = 0;
  const task = workQueueTask({
    name: 'services',
    clock,
    log,
    random: () => 0,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    work: async (key) => {
      current += 1;
      most = Math.max(most, current);
      seen.push(`${key} at ${clock.now()}`);
      await delay(clock, 100, new AbortController().signal);
      current -= 1;
      return options.outcome?.(key) ?? { type: 'done' };
    },
  });
  const stop = new AbortController();
  let ended = false;
  const start = (): void => {
    void task.run(stop.signal).then(() => {
      ended = true;
    });
  };
  return { clock, log, seen, task, stop, start, ended: () => ended, most: () => most };
}

describe('work queue task', () => {
  test('works on what was added before it ran, one after the other', async () => {
    const { clock, seen, task, start } = queue();
    task.add('a');
    task.add('b');
    start();
    await clock.advance(1_000);
    assert.deepEqual(seen, ['a at 0', 'b at 100']);
  });

  test('works on as many keys at once as it may', async () => {
    const { clock, task, start, most, seen } = queue({ concurrency: 3 });
    start();
    for (let i = 0; i < 10; i += 1) task.add(`k${i}`);
    await clock.advance(400);
    assert.equal(most(), 3);
    assert.equal(seen.length, 10);
  });

  test('a key added many times while it is in work is worked on once more', async () => {
    const { clock, seen, task, start } = queue({ concurrency: 3 });
    start();
    task.add('a');
    await clock.advance(50);
    task.add('a');
    task.add('a');
    await clock.advance(1_000);
    assert.deepEqual(seen, ['a at 0', 'a at 100']);
  });

  test('delays, and retries what throws', async () => {
    let failures = 2;
    const { clock, seen, task, start, log } = queue({
      outcome: () => {
        failures -= 1;
        if (failures >= 0) throw new Error('no');
        return { type: 'done' };
      },
    });
    start();
    task.add('a', 500);
    await clock.advance(10_000);
    assert.deepEqual(seen, ['a at 500', 'a at 800', 'a at 1300']);
    assert.deepEqual(log.events, ['work-failed', 'work-failed']);
    assert.equal(clock.pending, 0);
  });

  test('ends when the work under way has ended, and begins nothing more', async () => {
    const { clock, seen, task, start, stop, ended } = queue();
    start();
    task.add('a');
    task.add('b');
    await clock.advance(50);
    stop.abort();
    await clock.advance(49);
    assert.equal(ended(), false);
    await clock.advance(1);
    assert.equal(ended(), true);
    assert.deepEqual(seen, ['a at 0']);
    assert.equal(clock.pending, 0);
  });
});
