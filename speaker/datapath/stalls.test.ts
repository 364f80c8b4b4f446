import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Stalled, Stalls } from './stalls.ts';

const byDefault = { intervalMs: 100, multiplier: 3 };

const table: readonly {
  readonly name: string;
  readonly timing?: typeof byDefault;
  /** When it was due, and when it ran. */
  readonly ran: readonly (readonly [number, number])[];
  readonly taken: Stalled | undefined;
}[] = [
  { name: 'a thread that runs before it is due has not stalled', ran: [[500, 20]], taken: undefined },
  { name: 'nor one whose watchers miss no more than one pulse of three', ran: [[500, 699]], taken: undefined },
  { name: 'one that misses two may be taken for dead', ran: [[500, 700]], taken: { times: 1, longestMs: 200 } },
  {
    name: 'several stalls are told with the longest of them',
    ran: [
      [500, 900],
      [1_000, 5_000],
      [5_000, 5_300],
    ],
    taken: { times: 3, longestMs: 4_000 },
  },
  {
    name: 'with the fast profile 40 ms are too long',
    timing: { intervalMs: 20, multiplier: 3 },
    ran: [[500, 540]],
    taken: { times: 1, longestMs: 40 },
  },
  {
    name: 'where one missing pulse makes it suspect, an interval is',
    timing: { intervalMs: 100, multiplier: 1 },
    ran: [
      [500, 599],
      [600, 700],
    ],
    taken: { times: 1, longestMs: 100 },
  },
];

for (const { name, timing = byDefault, ran, taken } of table) {
  test(name, () => {
    const stalls = new Stalls(timing);
    for (const [dueMs, nowMs] of ran) stalls.ran(dueMs, nowMs);
    assert.deepEqual(stalls.take(), taken);
  });
}

test('what was told once is not told again, and counts', () => {
  const stalls = new Stalls(byDefault);
  stalls.ran(0, 1_000);
  stalls.take();
  assert.equal(stalls.take(), undefined);
  stalls.ran(1_000, 1_400);
  assert.deepEqual([stalls.take(), stalls.total], [{ times: 1, longestMs: 400 }, 2]);
});
