import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { GatheredOutput } from './gathered-output.ts';

function newOutput() {
  const clock = new FakeClock({ nowMs: 0 });
  const seen: string[] = [];
  const lines = {
    write: (line: string) => seen.push(line),
    flush: () => void seen.push(`flush ${clock.now()}`),
    flushSync: () => void seen.push(`flushSync ${clock.now()}`),
  };
  return { clock, seen, output: new GatheredOutput(lines, clock, 20) };
}

test('lines are flushed together, so long after the first of them', async () => {
  const { clock, seen, output } = newOutput();
  output.write('a');
  await clock.advance(19);
  output.write('b');
  await clock.advance(1);
  output.write('c');
  await clock.advance(20);
  assert.deepEqual(seen, ['a', 'b', 'flush 20', 'c', 'flush 40']);
});

test('no timer is set while nothing waits', async () => {
  const { clock, output } = newOutput();
  const pending = [clock.pending];
  output.write('a');
  pending.push(clock.pending);
  await clock.advance(20);
  pending.push(clock.pending);
  output.write('b');
  output.flushSync();
  pending.push(clock.pending);
  assert.deepEqual(pending, [0, 1, 0, 0]);
});

test('what is flushed at once is not flushed again later', async () => {
  const { clock, seen, output } = newOutput();
  output.write('a');
  output.flushSync();
  await clock.advance(100);
  assert.deepEqual(seen, ['a', 'flushSync 0']);
});
