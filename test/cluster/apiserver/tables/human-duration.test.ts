import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { humanAge, humanDuration } from './human-duration.ts';

const [s, m, h, d] = [1000, 60_000, 3_600_000, 86_400_000];

const rows: readonly (readonly [number, string])[] = [
  [-5 * s, '<invalid>'],
  [-s, '0s'],
  [0, '0s'],
  [1999, '1s'],
  [119 * s, '119s'],
  [2 * m, '2m'],
  [2 * m + s, '2m1s'],
  [9 * m + 59 * s, '9m59s'],
  [10 * m + 59 * s, '10m'],
  [179 * m + 59 * s, '179m'],
  [3 * h, '3h'],
  [3 * h + m, '3h1m'],
  [7 * h + 59 * m, '7h59m'],
  [8 * h + 59 * m, '8h'],
  [47 * h + 59 * m, '47h'],
  [2 * d, '2d'],
  [2 * d + h, '2d1h'],
  [7 * d + 23 * h, '7d23h'],
  [8 * d + 23 * h, '8d'],
  [729 * d, '729d'],
  [730 * d, '2y'],
  [731 * d, '2y1d'],
  [8 * 365 * d + 3 * d, '8y'],
];

describe('humanDuration', () => {
  for (const [durationMs, text] of rows)
    test(`${durationMs} ms is ${text}`, () => assert.equal(humanDuration(durationMs), text));

  test('an age without a time is unknown', () => {
    assert.equal(humanAge(undefined, 0), '<unknown>');
    assert.equal(humanAge('soon', 0), '<unknown>');
    assert.equal(humanAge('1970-01-01T00:00:00Z', 90_000), '90s');
  });
});
