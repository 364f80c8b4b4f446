import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suspicions } from './suspicions.ts';

test('a suspicion is news once, and lasts for 2 s after it was last said', () => {
  const suspicions = new Suspicions();
  assert.deepEqual(
    [suspicions.add('x', 'a', 0), suspicions.add('x', 'a', 100), suspicions.add('x', 'b', 100)],
    [true, false, true],
  );
  assert.deepEqual([suspicions.has('x', 'a', 2_100), suspicions.has('x', 'a', 2_101)], [true, false]);
  assert.equal(suspicions.add('x', 'a', 2_101), true);
});

test('it ends for one watcher, or for all', () => {
  const suspicions = new Suspicions();
  for (const voter of ['a', 'b', 'c']) suspicions.add('x', voter, 0);
  suspicions.withdraw('x', 'a');
  assert.deepEqual(
    ['a', 'b', 'c'].map((voter) => suspicions.has('x', voter, 1)),
    [false, true, true],
  );
  suspicions.clear('x');
  assert.deepEqual([suspicions.has('x', 'b', 1), suspicions.targets()], [false, []]);
});

test('the last to withdraw leaves nothing behind', () => {
  const suspicions = new Suspicions();
  suspicions.add('x', 'a', 0);
  suspicions.withdraw('x', 'a');
  suspicions.withdraw('y', 'a');
  assert.deepEqual(suspicions.targets(), []);
});

test('of more than six watchers the six that spoke last are kept', () => {
  const suspicions = new Suspicions();
  for (const voter of ['a', 'b', 'c', 'd', 'e', 'f', 'a', 'g']) suspicions.add('x', voter, 0);
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((voter) => suspicions.has('x', voter, 1)),
    ['a', 'c', 'd', 'e', 'f', 'g'],
  );
});
