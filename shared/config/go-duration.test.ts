import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoDuration } from './go-duration.ts';

const readable: readonly [string, number][] = [
  ['0', 0],
  ['0s', 0],
  ['90s', 90_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['300ms', 300],
  ['1h0m0s', 3_600_000],
];
for (const [text, ms] of readable) {
  test(`${text} is ${ms} ms`, () => assert.equal(parseGoDuration(text), ms));
}

for (const text of ['', '90', 's', '1d', '1 s', '-1s', '1s ', '1e3s', '1s30', `${'9'.repeat(100)}s`]) {
  test(`"${text.slice(0, 20)}" is no duration`, () => assert.equal(parseGoDuration(text), undefined));
}
