import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VersionRounds } from './version-rounds.ts';

test('once a second another member has its turn, and all have it as often', () => {
  const rounds = new VersionRounds();
  assert.equal(rounds.nextDeadlineMs(), Number.POSITIVE_INFINITY);
  rounds.start(500);
  assert.equal(rounds.takeDue(['a', 'b', 'c'], 1499), undefined);
  const turns = [1500, 2500, 3500, 4500, 5500, 6500].map((nowMs) => rounds.takeDue(['a', 'b', 'c'], nowMs));
  assert.deepEqual(turns.toSorted(), ['a', 'a', 'b', 'b', 'c', 'c']);
  assert.equal(rounds.nextDeadlineMs(), 7500);
  assert.equal(rounds.wakeMs, 7650);
});

test('a node alone tells nobody', () => {
  const rounds = new VersionRounds();
  rounds.start(0);
  assert.equal(rounds.takeDue([], 1000), undefined);
});
