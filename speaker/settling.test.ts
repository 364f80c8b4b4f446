import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Settling } from './settling.ts';

function settling(): Settling {
  return new Settling({ quietMs: 500, longestMs: 2_000 });
}

test('nothing is due while nothing has changed', () => {
  assert.equal(settling().dueMs, Number.POSITIVE_INFINITY);
});

test('a change is due once it was quiet for half a second', () => {
  const burst = settling();
  burst.changed(1_000);
  assert.equal(burst.dueMs, 1_500);
  burst.changed(1_400);
  assert.equal(burst.dueMs, 1_900);
});

test('a burst that does not end is due two seconds after it began', () => {
  const burst = settling();
  for (let atMs = 1_000; atMs < 2_900; atMs += 100) burst.changed(atMs);
  assert.equal(burst.dueMs, 3_000);
});

test('the next burst begins anew', () => {
  const burst = settling();
  burst.changed(1_000);
  burst.lookedAt();
  assert.equal(burst.dueMs, Number.POSITIVE_INFINITY);
  burst.changed(9_000);
  assert.equal(burst.dueMs, 9_500);
});
