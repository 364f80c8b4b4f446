import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { delay, nextBeat } from './delay.ts';

describe('waiting', () => {
  test('ends after its time, or at once when it is given up', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const waits = [delay(clock, 100, stop.signal), delay(clock, 200, stop.signal)];
    await clock.advance(100);
    stop.abort();
    assert.deepEqual(await Promise.all(waits), [true, false]);
    assert.equal(await delay(clock, 100, stop.signal), false);
  });

  const table = [
    { name: 'at a beat: a period later', nowMs: 10_000, beatsMs: [11_000, 12_000] },
    { name: 'after one: the next but half a period away at least', nowMs: 10_400, beatsMs: [11_000, 12_000] },
    { name: 'shortly before one: the one after it', nowMs: 10_600, beatsMs: [12_000, 13_000] },
  ];
  for (const { name, nowMs, beatsMs } of table) {
    for (const earlyMs of [0, 0.7]) {
      test(`for a beat, ${name}; timers fire ${earlyMs} ms early`, async () => {
        const clock = new FakeClock({ nowMs, earlyMs });
        const { signal } = new AbortController();
        const seenMs: number[] = [];
        const beats = (async () => {
          for (const _ of beatsMs) {
            await nextBeat(clock, 1_000, signal);
            seenMs.push(Math.round(clock.now()));
          }
        })();
        for (let passed = 0; passed < 30; passed += 1) await clock.advance(100);
        await beats;
        assert.deepEqual(
          seenMs.map((atMs) => Math.round(atMs / 100) * 100),
          beatsMs,
        );
      });
    }
  }
});
