import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  announcedAfterMs,
  answeredAfterMs,
  longestDoubtMs,
  macsSince,
  succession,
  unanswered,
  type Watch,
} from './watch.ts';

/** Answers as "time mac", each to a request of its own just before, and announcements likewise. */
function watch(answers: readonly string[], announcements: readonly string[] = []): Watch {
  const parsed = answers.map((text, request) => ({ request, ...parse(text) }));
  return {
    address: '192.0.2.1',
    requests: parsed.map(({ atMs }) => atMs),
    answers: parsed,
    announcements: announcements.map(parse),
  };
}

function parse(text: string): { atMs: number; mac: string } {
  const [atMs = '', mac = ''] = text.split(' ');
  return { atMs: Number(atMs), mac };
}

const doubts: readonly (readonly [name: string, answers: readonly string[], expectedMs: number])[] = [
  ['nobody answered', [], 0],
  ['one answers', ['0 a', '2 a', '4 a'], 0],
  ['a hand-over without overlap', ['0 a', '2 a', '4 b', '6 b'], 0],
  ['a hand-over after a silence', ['0 a', '500 b'], 0],
  ['the old owner answers once more beside the new one', ['0 a', '2 b', '3 a', '5 b'], 3],
  ['both answer for 40 ms', ['0 a', '2 b', '10 a', '12 b', '40 a', '42 b', '60 b'], 40],
  ['there and back, with quiet between', ['0 a', '10 b', '500 b', '510 a', '600 a'], 0],
  ['the old owner returns for 80 ms', ['0 a', '100 b', '900 a', '980 a', '981 b', '1000 b'], 81],
];

for (const [name, answers, expectedMs] of doubts) {
  test(`doubt about who answers: ${name}`, () => {
    assert.equal(longestDoubtMs(watch(answers), 100), expectedMs);
  });
}

test('the new owner is the first other one that answers, or announces, after the fault', () => {
  const seen = watch(['0 b', '10 a', '20 a', '300 b', '302 b'], ['5 b', '15 a', '299 b']);
  assert.equal(answeredAfterMs(seen, 12, 'a'), 288);
  assert.equal(announcedAfterMs(seen, 12, 'a'), 287);
  assert.equal(answeredAfterMs(seen, 12, 'b'), 8);
  assert.equal(answeredAfterMs(seen, 400, 'a'), undefined);
});

test('who answers, since when and in which order', () => {
  const seen = watch(['0 a', '10 a', '20 b', '30 a', '40 a']);
  assert.deepEqual(succession(seen), ['a', 'b', 'a']);
  assert.deepEqual(macsSince(seen, 20), ['b', 'a']);
  assert.deepEqual(macsSince(seen, 25), ['a']);
});

test('a request counts as unanswered once there was time to answer it', () => {
  const seen = { ...watch([]), requests: [0, 10, 20, 100], answers: [{ request: 1, atMs: 11, mac: 'a' }] };
  assert.equal(unanswered(seen, 50), 2);
  assert.equal(unanswered(seen, 85), 1);
});
