import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ClaimEntry, Claims } from '../liveness/message.ts';
import { ClaimBook } from './claim-book.ts';
import { OwnClaims } from './own-claims.ts';

const from = { node: 'b', incarnation: '1' };

function held(group: string, epoch = 1): ClaimEntry {
  return { group, epoch, state: 'held' };
}

function claims(version: number, since: number, entries: readonly ClaimEntry[], [part, parts] = [0, 1]): Claims {
  return { type: 'claims', version, since, part, parts, entries };
}

test('news adds to what is known, and a missed version shows', () => {
  const book = new ClaimBook();
  assert.deepEqual([...book.receive(from, claims(1, 0, [held('g')]))], ['g']);
  assert.ok(book.isComplete('b'));
  book.receive(from, claims(3, 2, [held('i')]));
  assert.ok(!book.isComplete('b'));
  assert.equal(book.statement('i', 'b')?.state, 'held', 'it counts all the same');
  book.receive(from, claims(2, 1, [held('h')]));
  assert.ok(!book.isComplete('b'), 'the third is told again, too');
  book.receive(from, claims(3, 2, [held('i')]));
  assert.ok(book.isComplete('b'));
});

test('an older statement that comes late changes nothing', () => {
  const book = new ClaimBook();
  book.receive(from, claims(2, 1, [{ group: 'g', epoch: 4, state: 'released' }]));
  assert.equal(book.receive(from, claims(1, 0, [held('g', 4)])).size, 0);
  assert.equal(book.statement('g', 'b')?.state, 'released');
});

test('a full answer in parts, in any order, replaces all that was known', () => {
  const book = new ClaimBook();
  book.receive(from, claims(1, 0, [held('g'), held('h')]));
  book.hearVersion(from, 7);
  assert.ok(!book.isComplete('b'));
  book.receive(from, claims(7, 0, [held('i', 3)], [1, 2]));
  assert.ok(!book.isComplete('b'), 'a part is missing');
  assert.deepEqual([...book.receive(from, claims(7, 0, [held('h')], [0, 2]))], ['g']);
  assert.ok(book.isComplete('b'));
  assert.deepEqual([...book.groupsOf('b')].toSorted(), ['h', 'i']);
});

test('a part of an older answer completes none', () => {
  const book = new ClaimBook();
  book.receive(from, claims(7, 0, [held('g')], [0, 2]));
  book.receive(from, claims(8, 0, [held('h')], [1, 2]));
  assert.ok(!book.isComplete('b'));
});

test('who claims nothing yet is known in full by its pulse', () => {
  const book = new ClaimBook();
  assert.ok(!book.isComplete('b'));
  book.hearVersion(from, 0);
  assert.ok(book.isComplete('b'));
});

test('another incarnation starts from nothing', () => {
  const book = new ClaimBook();
  book.receive(from, claims(9, 0, [held('g', 5)]));
  assert.deepEqual([...book.receive({ node: 'b', incarnation: '2' }, claims(1, 0, []))], ['g']);
  assert.equal(book.statement('g', 'b'), undefined);
  assert.ok(book.isComplete('b'));
});

test('the highest epoch is that of any claim that stands, whoever made it', () => {
  const book = new ClaimBook();
  assert.equal(book.highestEpoch('g'), 0);
  book.receive(from, claims(1, 0, [held('g', 4)]));
  book.receive({ node: 'c', incarnation: '1' }, claims(1, 0, [{ group: 'g', epoch: 7, state: 'held' }]));
  assert.equal(book.highestEpoch('g'), 7);
  book.receive({ node: 'c', incarnation: '1' }, claims(2, 1, [{ group: 'g', epoch: 7, state: 'released' }]));
  assert.equal(book.highestEpoch('g'), 4);
});

test('whatever gets lost, comes twice or late: a full answer ends with what the sender claims', () => {
  const groups = ['g', 'h', 'i', 'j'];
  const change = fc.record({
    group: fc.constantFrom(...groups),
    state: fc.constantFrom('held', 'released', 'unfit'),
    lost: fc.boolean(),
    delay: fc.nat(3),
  });
  let runs = 0;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      runs += 1;
      const own = new OwnClaims();
      const book = new ClaimBook();
      const late = changes.flatMap((one, at) => {
        own.tell({ group: one.group, epoch: at, state: one.state });
        const news = own.takeNews(at);
        return one.lost ? [] : news.map((message) => ({ dueAt: at + one.delay, message }));
      });
      const inOrder = late.toSorted((one, other) => one.dueAt - other.dueAt);
      const half = inOrder.length >> 1;
      for (const { message } of inOrder.slice(0, half)) book.receive(from, message);
      for (const message of own.all()) book.receive(from, message);
      for (const { message } of inOrder.slice(half)) book.receive(from, message);
      const truth = groups.map((group) => changes.findLast((one) => one.group === group)?.state ?? 'released');
      assert.deepEqual(
        groups.map((group) => book.statement(group, 'b')?.state ?? 'released'),
        truth,
      );
      assert.ok(book.isComplete('b'));
    }),
  );
  assert.ok(runs >= 100);
});
