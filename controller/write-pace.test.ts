import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WritePace } from './write-pace.ts';

/** Asks at once as soon as it may again, from `fromMs` to `toMs`; returns when it was told, in seconds, and the writes. */
function contest(pace: WritePace, fromMs: number, toMs: number) {
  const toldS: number[] = [];
  let writes = 0;
  for (let nowMs = fromMs; nowMs <= toMs; ) {
    const verdict = pace.take(nowMs);
    if (verdict.write) {
      writes += 1;
      continue;
    }
    if (verdict.say) toldS.push(nowMs / 1000);
    nowMs += verdict.delayMs;
  }
  return { toldS, writes };
}

describe('where every write is undone', () => {
  test('ten are made at once, and one every two seconds', () => {
    assert.equal(contest(new WritePace(0), 0, 0).writes, 10);
    assert.equal(contest(new WritePace(0), 0, 100_000).writes, 60);
  });

  test('that is told at once, after a minute, and after twice as long each time, up to an hour', () => {
    const hours = 6 * 3_600_000;
    assert.deepEqual(contest(new WritePace(0), 0, hours).toldS, [
      ...[0, 60, 180, 420, 900, 1860, 3780],
      ...[7380, 10_980, 14_580, 18_180],
    ]);
  });

  test('a new contest after a quiet time is told at once', () => {
    const pace = new WritePace(0);
    assert.deepEqual(contest(pace, 0, 50_000).toldS, [0]);
    assert.deepEqual(contest(pace, 90_000, 160_000).toldS, [90, 150]);
  });
});

test('writes that are far enough apart are never refused', () => {
  const pace = new WritePace(0);
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 2_000) assert.deepEqual(pace.take(nowMs), { write: true });
});
