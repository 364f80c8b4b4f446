import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './fake-clock.ts';

test('timers that fire early are never late, and who asks for the rest gets on', async () => {
  const clock = new FakeClock({ nowMs: 0, earlyMs: 0.5 });
  const firedMs: number[] = [];
  clock.after(10, () => firedMs.push(clock.now()));
  let rounds = 0;
  const wait = (): void => {
    rounds += 1;
    if (clock.now() < 20) clock.after(20 - clock.now(), wait);
  };
  clock.after(20, wait);
  await clock.advance(20);
  assert.deepEqual(firedMs, [9.5]);
  assert.ok(rounds > 1 && rounds < 100, `${rounds} rounds`);
  assert.equal(clock.pending, 0);
});

test('timers fire at their time where nothing else is said', async () => {
  const clock = new FakeClock({ nowMs: 0 });
  const firedMs: number[] = [];
  clock.after(10, () => firedMs.push(clock.now()));
  await clock.advance(9.999);
  assert.deepEqual(firedMs, []);
  await clock.advance(0.001);
  assert.equal(firedMs.length, 1);
});
