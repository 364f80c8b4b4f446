import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Detector } from './detector.ts';
import { Ring } from './ring.ts';

type Step = readonly [atMs: number, apply: (detector: Detector, nowMs: number) => void];

const hears = (atMs: number, ...nodes: readonly string[]): Step => [
  atMs,
  (detector, nowMs) => {
    for (const node of nodes) detector.heard(node, nowMs);
  },
];
const suspectedBy = (atMs: number, voter: string, node: string): Step => [
  atMs,
  (detector, nowMs) => detector.suspectedBy(voter, node, nowMs),
];
const heardBy = (atMs: number, voter: string, node: string): Step => [
  atMs,
  (detector, nowMs) => detector.heardBy(voter, node, nowMs),
];
const proved = (atMs: number, node: string): Step => [atMs, (detector) => detector.proved(node)];
const answers = (atMs: number, node: string): Step => [atMs, (detector, nowMs) => detector.answered(node, nowMs)];
const trusted = (atMs: number): Step => [atMs, (detector, nowMs) => detector.setTrusted(true, nowMs)];

/** What x says of the others until `untilMs`, "what who time"; it has met all of them at 0, and they are heard then. */
function run(others: readonly string[], steps: readonly Step[], untilMs: number): readonly string[] {
  const detector = new Detector('x', { intervalMs: 100, multiplier: 3 }, new Ring(['x', ...others]));
  for (const node of others) detector.meet(node, 0);
  detector.rewatch(0);
  for (const node of others) detector.heard(node, 0);
  const said: string[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 1) {
    for (const [atMs, apply] of steps) if (atMs === nowMs) apply(detector, nowMs);
    detector.advance(nowMs);
    detector.rewatch(nowMs);
    for (const { type, node } of detector.takeEvents())
      if (type !== 'late' && type !== 'probe') said.push(`${type} ${node} ${nowMs}`);
  }
  return said;
}

/** Each of them is heard at 100, 200 and so on. */
function regularly(untilMs: number, ...nodes: readonly string[]): readonly Step[] {
  return Array.from({ length: Math.floor(untilMs / 100) }, (_, index) => hears((index + 1) * 100, ...nodes));
}

/** Of x, a, b, c and d: b is watched by a, d and x. Nothing comes of d and b any more from 900 and 905 on. */
const afterDeathOfA: readonly Step[] = [
  hears(100, 'a'),
  hears(200, 'a'),
  suspectedBy(505, 'c', 'a'),
  suspectedBy(505, 'd', 'a'),
  ...regularly(800, 'b', 'c', 'd'),
  hears(900, 'd'),
  hears(905, 'b'),
];

// By their identifiers: d (18ac), f (252f), x (2d71), c (2e7d), b (3e23), e (3f79), a (ca97).
const table: readonly {
  readonly name: string;
  readonly others: readonly string[];
  readonly steps: readonly Step[];
  readonly said: readonly string[];
  /** 900 unless told. */
  readonly untilMs?: number;
}[] = [
  {
    name: 'of three, one watcher alone makes nobody dead',
    others: ['a', 'b'],
    steps: regularly(1_000, 'b'),
    said: ['suspect a 310'],
  },
  {
    name: 'of three, both watchers together do, as soon as the second says so',
    others: ['a', 'b'],
    steps: [...regularly(1_000, 'b'), suspectedBy(330, 'b', 'a')],
    said: ['suspect a 310', 'suspectAgain a 330', 'dead a 330'],
  },
  {
    name: 'what the other watcher said before counts, too',
    others: ['a', 'b'],
    steps: [...regularly(1_000, 'b'), suspectedBy(290, 'b', 'a')],
    said: ['suspect a 310', 'dead a 310'],
  },
  {
    name: 'but not for longer than 2 s after it said so last',
    others: ['a', 'b'],
    steps: [...regularly(3_000, 'b'), suspectedBy(100, 'b', 'a'), ...regularly(2_000, 'a')],
    said: ['suspect a 2310'],
    untilMs: 2_500,
  },
  {
    name: 'two others that suspect a member make it dead, though this node hears it',
    others: ['a', 'b', 'c'],
    steps: [...regularly(1_000, 'a', 'b', 'c'), suspectedBy(290, 'b', 'a'), suspectedBy(291, 'c', 'a')],
    said: ['dead a 291'],
  },
  {
    name: 'who is no watcher of a member has no say about it',
    others: ['a', 'b', 'c', 'd', 'e', 'f'],
    steps: [
      ...regularly(1_000, 'a', 'b', 'c', 'd', 'e', 'f'),
      ...['a', 'b', 'e'].map((voter) => suspectedBy(290, voter, 'd')),
    ],
    said: [],
  },
  {
    name: 'who is dead has no say about those that it watched',
    others: ['a', 'b', 'c'],
    steps: [
      ...regularly(1_000, 'a', 'b'),
      suspectedBy(290, 'a', 'c'),
      suspectedBy(320, 'b', 'c'),
      suspectedBy(500, 'c', 'a'),
      suspectedBy(500, 'b', 'a'),
    ],
    said: ['suspect c 310', 'dead c 310', 'suspectAgain c 320'],
  },
  {
    name: 'who returns has none before it speaks again',
    others: ['a', 'b', 'c'],
    steps: [
      ...regularly(1_000, 'a', 'b', 'c'),
      suspectedBy(200, 'c', 'a'),
      suspectedBy(210, 'a', 'c'),
      suspectedBy(211, 'b', 'c'),
      proved(300, 'c'),
      suspectedBy(400, 'b', 'a'),
    ],
    said: ['dead c 211', 'revived c 300'],
  },
  {
    name: 'who answers on the wire alone cannot be heard, and is not waited for',
    others: ['a', 'b'],
    steps: [hears(50, 'b'), answers(265, 'b'), answers(465, 'b'), answers(665, 'b')],
    said: ['suspect a 310', 'silent b 360', 'dead a 360'],
  },
  {
    name: 'a death ends when a watcher hears the member, and that takes the majority away',
    others: ['a', 'b'],
    steps: [...regularly(1_000, 'b'), suspectedBy(330, 'b', 'a'), heardBy(600, 'b', 'a')],
    said: ['suspect a 310', 'suspectAgain a 330', 'dead a 330', 'revived a 600'],
  },
  {
    name: 'a death ends when this node hears the member, and that takes the majority away',
    others: ['a', 'b'],
    steps: [...regularly(1_000, 'b'), suspectedBy(330, 'b', 'a'), hears(600, 'a')],
    said: ['suspect a 310', 'suspectAgain a 330', 'dead a 330', 'unsuspect a 600', 'revived a 600'],
  },
  {
    name: 'a death of which two others are sure does not end with what this node hears',
    others: ['a', 'b', 'c'],
    steps: [
      ...regularly(1_000, 'a', 'b', 'c'),
      suspectedBy(290, 'b', 'a'),
      suspectedBy(290, 'c', 'a'),
      suspectedBy(390, 'b', 'a'),
    ],
    said: ['dead a 290'],
  },
  {
    name: 'an answer to this node ends it, and only a new suspicion begins it anew',
    others: ['a', 'b', 'c'],
    steps: [
      ...regularly(1_000, 'a', 'b', 'c'),
      suspectedBy(290, 'b', 'a'),
      suspectedBy(290, 'c', 'a'),
      proved(600, 'a'),
      suspectedBy(700, 'b', 'a'),
    ],
    said: ['dead a 290', 'revived a 600'],
  },
  {
    name: 'of two, this node makes nobody dead before it knows that it is not cut off itself',
    others: ['a'],
    steps: [trusted(320)],
    said: ['suspect a 320', 'dead a 320'],
  },
  {
    name: 'whom it suspects last may be what is left of its own fault: nobody is dead',
    others: ['a', 'b'],
    steps: [hears(50, 'b')],
    said: ['suspect a 310'],
  },
  {
    name: 'with evidence both are',
    others: ['a', 'b'],
    steps: [hears(50, 'b'), trusted(361)],
    said: ['suspect a 310', 'suspect a 361', 'dead a 361', 'dead b 361', 'suspect b 361'],
  },
  {
    name: 'hearing one again is evidence about the others',
    others: ['a', 'b'],
    steps: [hears(50, 'b'), hears(400, 'a')],
    said: ['suspect a 310', 'unsuspect a 400', 'suspect b 400'],
  },
  {
    name: 'cut off a moment after another death, it is the only watcher left, and yet makes nobody dead',
    others: ['a', 'b', 'c', 'd'],
    steps: [...afterDeathOfA, hears(950, 'c')],
    said: ['dead a 505', 'suspect a 510', 'suspect d 1210', 'suspect b 1215'],
    untilMs: 1_500,
  },
  {
    name: 'the only watcher left is believed where it has heard somebody since a message was missing',
    others: ['a', 'b', 'c', 'd'],
    steps: [...afterDeathOfA, hears(1_016, 'c')],
    said: ['dead a 505', 'suspect a 510', 'suspect d 1210', 'suspect b 1215', 'dead b 1215'],
    untilMs: 1_300,
  },
  {
    name: 'and as soon as it does',
    others: ['a', 'b', 'c', 'd'],
    steps: [...afterDeathOfA, hears(950, 'c'), hears(1_250, 'c')],
    said: ['dead a 505', 'suspect a 510', 'suspect d 1210', 'suspect b 1215', 'dead b 1250'],
    untilMs: 1_500,
  },
];

for (const { name, others, steps, said, untilMs = 900 } of table) {
  test(name, () => assert.deepEqual(run(others, steps, untilMs), said));
}

test('a member is heard once a message of it has come since it is watched, and while nobody is missed', () => {
  const detector = new Detector('x', { intervalMs: 100, multiplier: 3 }, new Ring(['x', 'a', 'b']));
  const heard = (): readonly boolean[] => ['a', 'b'].map((node) => detector.hearsAll(node));
  for (const node of ['a', 'b']) detector.meet(node, 0);
  assert.deepEqual(heard(), [false, false]);
  detector.heard('a', 10);
  assert.deepEqual(heard(), [true, false]);
  for (let nowMs = 10; nowMs <= 400; nowMs += 10) {
    if (nowMs % 100 === 0) detector.heard('a', nowMs);
    detector.advance(nowMs);
  }
  assert.equal(detector.hearing('b'), 'suspected');
  assert.deepEqual(heard(), [false, false]);
});
