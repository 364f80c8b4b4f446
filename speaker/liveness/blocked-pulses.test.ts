import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockedPulses, type RenewalSight } from './blocked-pulses.ts';

const heard: RenewalSight = { quiet: false, answersOnWire: false };
const dead: RenewalSight = { quiet: true, answersOnWire: false };
const silent: RenewalSight = { quiet: true, answersOnWire: true };

const table: readonly {
  readonly name: string;
  /** When it was written, how the member stood, and when it was seen: at once by default. */
  readonly renewals: readonly (readonly [number, RenewalSight, number?])[];
  readonly begins: readonly boolean[];
}[] = [
  {
    name: 'renewals of a member that is heard mean nothing',
    renewals: [
      [0, heard],
      [5_000, heard],
    ],
    begins: [false, false],
  },
  {
    name: 'a silent member that answers on the wire is blocked with the first renewal, and that is said once',
    renewals: [
      [0, silent],
      [5_000, silent],
    ],
    begins: [true, false],
  },
  {
    name: 'a dead one is blocked with the second: the first may be older than its death',
    renewals: [
      [0, dead],
      [5_000, dead],
      [10_000, dead],
    ],
    begins: [false, true, false],
  },
  {
    name: 'renewals that come in one breath count as one',
    renewals: [
      [0, dead],
      [999, dead],
      [5_000, dead],
    ],
    begins: [false, false, true],
  },
  {
    name: 'so do those that were written apart and are seen in one breath: they waited for a cable to come back',
    renewals: [
      [0, dead, 9_000],
      [5_000, dead, 9_100],
      [9_200, dead],
      [14_200, dead],
    ],
    begins: [false, false, false, true],
  },
];

for (const { name, renewals, begins } of table) {
  test(name, () => {
    const pulses = new BlockedPulses();
    assert.deepEqual(
      renewals.map(([atMs, sight, seenMs = atMs]) => pulses.renewed('x', sight, { atMs, seenMs })),
      begins,
    );
    assert.equal(pulses.isBlocked('x'), begins.includes(true));
  });
}

test('a member that is heard is not blocked any more, and its renewals count anew', () => {
  const pulses = new BlockedPulses();
  assert.equal(pulses.end('x'), false);
  pulses.renewed('x', dead, { atMs: 0, seenMs: 0 });
  assert.equal(pulses.end('x'), false);
  pulses.renewed('x', dead, { atMs: 5_000, seenMs: 5_000 });
  assert.equal(pulses.isBlocked('x'), false);
  pulses.renewed('x', dead, { atMs: 10_000, seenMs: 10_000 });
  assert.deepEqual([pulses.end('x'), pulses.end('x'), pulses.isBlocked('x')], [true, false, false]);
});
