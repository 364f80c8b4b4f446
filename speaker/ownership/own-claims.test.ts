import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnClaims } from './own-claims.ts';

test('news of one moment goes into as few messages as it fits, each with a version of its own', () => {
  const own = new OwnClaims();
  for (let at = 0; at < 120; at += 1) own.tell({ group: `g${at}`, epoch: 1, state: 'held' });
  const news = own.takeNews(0);
  assert.deepEqual(
    news.map(({ version, since, part, parts, entries }) => [version, since, part, parts, entries.length]),
    [
      [1, 0, 0, 1, 50],
      [2, 1, 0, 1, 50],
      [3, 2, 0, 1, 20],
    ],
  );
  assert.equal(own.version, 3);
  assert.deepEqual(own.takeNews(1), []);
});

test('news is told again after 100 and after 300 ms, and then no more', () => {
  const own = new OwnClaims();
  own.tell({ group: 'g', epoch: 1, state: 'held' });
  const news = own.takeNews(1000);
  assert.equal(own.nextDeadlineMs(), 1100);
  assert.deepEqual(own.takeResends(1099), []);
  assert.deepEqual(own.takeResends(1100), news);
  assert.equal(own.nextDeadlineMs(), 1300);
  assert.deepEqual(own.takeResends(1310), news);
  assert.equal(own.nextDeadlineMs(), Number.POSITIVE_INFINITY);
});

test('an answer names all that is held or cannot be served, and nothing that was let go', () => {
  const own = new OwnClaims();
  own.tell({ group: 'g', epoch: 1, state: 'held' });
  own.tell({ group: 'h', epoch: 2, state: 'unfit' });
  own.tell({ group: 'i', epoch: 3, state: 'held' });
  own.takeNews(0);
  own.tell({ group: 'i', epoch: 3, state: 'released' });
  own.takeNews(1);
  assert.deepEqual(own.all(), [
    {
      type: 'claims',
      version: 2,
      since: 0,
      part: 0,
      parts: 1,
      entries: [
        { group: 'g', epoch: 1, state: 'held' },
        { group: 'h', epoch: 2, state: 'unfit' },
      ],
    },
  ]);
});

test('who claims nothing answers so', () => {
  assert.deepEqual(new OwnClaims().all(), [{ type: 'claims', version: 0, since: 0, part: 0, parts: 1, entries: [] }]);
});

test('what nobody was told of is not taken back', () => {
  const own = new OwnClaims();
  own.tell({ group: 'g', epoch: 1, state: 'released' });
  assert.deepEqual(own.takeNews(0), []);
});
