import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectionMs, type PulseTiming, Watch } from './watch.ts';

const slow: PulseTiming = { intervalMs: 100, multiplier: 3 };
const fast: PulseTiming = { intervalMs: 20, multiplier: 3 };

type Input = 'heard' | 'answered' | 'fast';

/** All that follows until `untilMs` from watching x since 0, millisecond by millisecond: "what time". */
function run(inputs: Readonly<Record<number, Input>>, untilMs: number): readonly string[] {
  const watch = new Watch();
  watch.start('x', slow, 0);
  const said: string[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 1) {
    const input = inputs[nowMs];
    if (input === 'heard') watch.heard('x', nowMs);
    if (input === 'answered') watch.answered('x', nowMs);
    if (input === 'fast') watch.setTiming('x', fast);
    for (let event = watch.takeDue(nowMs); event !== undefined; event = watch.takeDue(nowMs)) {
      said.push(`${event.type} ${nowMs}`);
    }
  }
  return said;
}

const table: readonly {
  readonly name: string;
  readonly inputs: Readonly<Record<number, Input>>;
  readonly untilMs: number;
  readonly said: readonly string[];
}[] = [
  {
    name: 'a new watcher gives a full detection time, asks thrice before, and says once whom it suspects',
    inputs: {},
    untilMs: 5_000,
    said: ['late 110', 'probe 210', 'probe 260', 'suspected 310'],
  },
  {
    name: 'pulses that come make nobody ask',
    inputs: { 100: 'heard', 209: 'heard', 309: 'heard' },
    untilMs: 418,
    said: [],
  },
  {
    name: 'one lost pulse is asked about',
    inputs: { 100: 'heard', 211: 'heard' },
    untilMs: 320,
    said: ['late 210'],
  },
  {
    name: 'two lost pulses are asked about, and end with the third',
    inputs: { 100: 'heard', 400: 'heard' },
    untilMs: 609,
    said: ['late 210', 'probe 310', 'probe 360', 'late 510'],
  },
  {
    name: 'who is heard again is suspected again after a full detection time',
    inputs: { 1000: 'heard' },
    untilMs: 2_000,
    said: [
      ...['late 110', 'probe 210', 'probe 260', 'suspected 310'],
      ...['late 1110', 'probe 1210', 'probe 1260', 'suspected 1310'],
    ],
  },
  {
    name: 'who answers on the wire is silent, not suspected, and is asked once an interval for as long as it answers',
    inputs: { 211: 'answered', 361: 'answered', 462: 'answered' },
    untilMs: 900,
    said: [
      'late 110',
      'probe 210',
      'probe 260',
      'silent 310',
      'probe 310',
      'probe 410',
      'probe 510',
      'probe 610',
      'probe 710',
      'suspected 772',
    ],
  },
  {
    name: 'an answer that nobody asked for proves nothing',
    inputs: { 205: 'answered' },
    untilMs: 900,
    said: ['late 110', 'probe 210', 'probe 260', 'suspected 310'],
  },
  {
    name: 'an answer after the suspicion takes it back, until the next one is missing',
    inputs: { 320: 'answered' },
    untilMs: 1_000,
    said: [
      'late 110',
      'probe 210',
      'probe 260',
      'suspected 310',
      'probe 320',
      'probe 420',
      'probe 520',
      'probe 620',
      'suspected 630',
    ],
  },
  {
    name: 'the timing of the member counts from when its pulse tells it',
    inputs: { 30: 'fast' },
    untilMs: 500,
    said: ['late 30', 'probe 42', 'probe 52', 'suspected 62'],
  },
];

for (const { name, inputs, untilMs, said } of table) {
  test(name, () => assert.deepEqual(run(inputs, untilMs), said));
}

test('a detection time is a tenth of an interval longer than what the multiplier says', () => {
  assert.deepEqual([slow, fast, { intervalMs: 1_000, multiplier: 5 }].map(detectionMs), [310, 62, 5_100]);
});

test('with a long detection time each pulse that is missing is asked about', () => {
  const watch = new Watch();
  watch.start('x', { intervalMs: 100, multiplier: 6 }, 0);
  const said: string[] = [];
  for (let nowMs = watch.nextDeadlineMs(); nowMs < 1_000; nowMs = watch.nextDeadlineMs()) {
    said.push(`${watch.takeDue(nowMs)?.type} ${nowMs}`);
  }
  assert.deepEqual(said, [
    ...['late 110', 'late 210', 'late 310', 'late 410', 'probe 510', 'probe 560'],
    'suspected 610',
  ]);
});

test('a timing out of bounds is bent into them', () => {
  const watch = new Watch();
  watch.start('x', { intervalMs: 0, multiplier: 0 }, 0);
  assert.equal(watch.nextDeadlineMs(), 1);
  watch.setTiming('x', { intervalMs: 65_535, multiplier: 255 });
  assert.equal(watch.nextDeadlineMs(), 11_000);
});

test('a watcher that slept asks before it suspects, and gives half an interval for the answer', () => {
  const watch = new Watch();
  watch.start('x', slow, 0);
  assert.deepEqual(watch.takeDue(5_000), { type: 'probe', node: 'x' });
  assert.deepEqual([watch.takeDue(5_000), watch.nextDeadlineMs()], [undefined, 5_050]);
  assert.deepEqual(watch.takeDue(5_050), { type: 'suspected', node: 'x' });
});

test('a watcher that slept, and finds a pulse waiting, neither asks nor suspects', () => {
  const watch = new Watch();
  watch.start('x', slow, 0);
  watch.heard('x', 5_000);
  assert.deepEqual([watch.takeDue(5_000), watch.takeDue(5_109)], [undefined, undefined]);
});

test('hearing returns how the member stood before', () => {
  const watch = new Watch();
  watch.start('x', slow, 0);
  const said = [watch.heard('x', 1)];
  watch.takeDue(1_000);
  watch.takeDue(1_100);
  said.push(watch.answered('x', 1_101), watch.answered('x', 1_102), watch.heard('x', 1_103), watch.heard('y', 1_104));
  assert.deepEqual(said, ['heard', 'suspected', 'silent', 'silent', undefined]);
});

test('it hears nobody only once it suspects all whom it ever heard', () => {
  const watch = new Watch();
  const said = [watch.hearsNobody()];
  const at = (nowMs: number): void => {
    for (let event = watch.takeDue(nowMs); event !== undefined; event = watch.takeDue(nowMs));
    said.push(watch.hearsNobody());
  };
  for (const node of ['x', 'y', 'z']) watch.start(node, slow, 0);
  for (const node of ['x', 'y']) watch.heard(node, 0);
  watch.start('z', slow, 250);
  at(210);
  watch.heard('y', 290);
  at(310);
  at(500);
  at(600);
  watch.heard('y', 610);
  at(610);
  watch.stop('y');
  at(610);
  watch.stop('x');
  watch.stop('z');
  at(610);
  assert.deepEqual(said, [false, false, false, false, true, false, true, false]);
});

test('who is no longer watched is not spoken of', () => {
  const watch = new Watch();
  watch.start('x', slow, 0);
  watch.stop('x');
  assert.deepEqual(
    [watch.takeDue(10_000), watch.nextDeadlineMs(), watch.hearing('x')],
    [undefined, Number.POSITIVE_INFINITY, undefined],
  );
});
