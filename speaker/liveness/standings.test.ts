import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Standings } from './standings.ts';

type Step = readonly [atMs: number, apply: (standings: Standings, nowMs: number) => void];

const joins: Step = [0, (standings) => standings.join('x', true)];
const dies = (atMs: number): Step => [atMs, (of, nowMs) => of.setLives('x', false, 'notHeard', nowMs)];
const returns = (atMs: number): Step => [atMs, (of, nowMs) => of.setLives('x', true, 'returned', nowMs)];
const leaves = (atMs: number): Step => [atMs, (of) => of.setLeaving('x')];
const restarts = (atMs: number): Step => [atMs, (of, nowMs) => of.restart('x', nowMs)];

/** "standing why time" of all that changes until 20 s. */
function run(steps: readonly Step[]): readonly string[] {
  const standings = new Standings();
  const said: string[] = [];
  const collect = (nowMs: number): void => {
    for (const { standing, why } of standings.takeChanges()) said.push(`${standing} ${why} ${nowMs}`);
  };
  const advance = (untilMs: number): void => {
    for (let nowMs = standings.nextDeadlineMs(); nowMs <= untilMs; nowMs = standings.nextDeadlineMs()) {
      standings.advance(nowMs);
      collect(nowMs);
    }
  };
  for (const [atMs, apply] of steps) {
    advance(atMs);
    apply(standings, atMs);
    collect(atMs);
  }
  advance(20_000);
  return said;
}

const table: readonly { readonly name: string; readonly steps: readonly Step[]; readonly said: readonly string[] }[] = [
  { name: 'who was never seen before is live at once', steps: [joins], said: ['live joined 0'] },
  {
    name: 'who joins with an expired Lease is dead, and on probation once it lives',
    steps: [[0, (standings) => standings.join('x', false)], returns(5)],
    said: ['dead leaseExpired 0', 'probation returned 5', 'live probationOver 2005'],
  },
  {
    name: 'who was dead is on probation for 2 s',
    steps: [joins, dies(1_000), returns(1_500)],
    said: ['live joined 0', 'dead notHeard 1000', 'probation returned 1500', 'live probationOver 3500'],
  },
  {
    name: 'who dies again while on probation begins anew',
    steps: [joins, dies(1_000), returns(1_500), dies(2_000), returns(3_000)],
    said: [
      'live joined 0',
      ...['dead notHeard 1000', 'probation returned 1500', 'dead notHeard 2000', 'probation returned 3000'],
      'live probationOver 5000',
    ],
  },
  {
    name: 'another incarnation is a death and a return',
    steps: [joins, restarts(100)],
    said: ['live joined 0', 'dead restarted 100', 'probation returned 100', 'live probationOver 2100'],
  },
  {
    name: 'another incarnation of one that is dead is a return alone',
    steps: [joins, dies(100), restarts(200)],
    said: ['live joined 0', 'dead notHeard 100', 'probation returned 200', 'live probationOver 2200'],
  },
  {
    name: 'who leaves is leaving until it is dead, and its successor is not',
    steps: [joins, leaves(100), leaves(101), dies(400), restarts(900)],
    said: [
      'live joined 0',
      'leaving leaving 100',
      'dead left 400',
      'probation returned 900',
      'live probationOver 2900',
    ],
  },
  {
    name: 'who leaves during its probation goes on leaving when that is over',
    steps: [joins, dies(0), returns(0), leaves(100)],
    said: ['live joined 0', 'dead notHeard 0', 'probation returned 0', 'leaving leaving 100'],
  },
  {
    name: 'nothing is said twice',
    steps: [joins, dies(10), dies(20), returns(30), returns(40)],
    said: ['live joined 0', 'dead notHeard 10', 'probation returned 30', 'live probationOver 2030'],
  },
  {
    name: 'who is removed is dead, and said so unless it was dead already',
    steps: [
      joins,
      [10, (of) => of.remove('x')],
      [20, (of) => of.join('x', true)],
      dies(30),
      [40, (of) => of.remove('x')],
    ],
    said: ['live joined 0', 'dead removed 10', 'live joined 20', 'dead notHeard 30'],
  },
  {
    name: 'the longest probation counts that others speak of',
    steps: [joins, [0, (of) => of.putOnProbation('x', 1_500)], [0, (of) => of.putOnProbation('x', 1_000)]],
    said: ['live joined 0', 'probation returned 0', 'live probationOver 1500'],
  },
];

for (const { name, steps, said } of table) test(name, () => assert.deepEqual(run(steps), said));

test('what is left of a probation is told in milliseconds', () => {
  const standings = new Standings();
  standings.join('x', true);
  standings.restart('x', 1_000);
  assert.deepEqual(
    [1_000, 2_500, 3_000].map((nowMs) => standings.probationLeftMs('x', nowMs)),
    [2_000, 500, 0],
  );
  assert.equal(standings.probationLeftMs('y', 0), 0);
});

test('who is no member is dead', () => {
  const standings = new Standings();
  standings.setLives('x', true, 'returned', 0);
  standings.setLeaving('x');
  assert.deepEqual([standings.of('x'), standings.takeChanges()], ['dead', []]);
});
