import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { StoreEvent } from './history.ts';
import { Store } from './store.ts';

const named = (name: string, value: number) => ({ metadata: { name }, value });

/** A write: a value to put under a name, or -1 to remove what is there. */
const writes = fc.array(
  fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.integer({ min: -1, max: 3 }), other: fc.boolean() }),
  { maxLength: 40 },
);

function carryOut(store: Store, { name, value, other }: { name: string; value: number; other: boolean }): void {
  const collection = other ? '/others' : '/things';
  const live = store.collection(collection).get('', name);
  if (value >= 0) store.put(collection, named(name, value));
  else if (live !== undefined) store.remove(collection, live);
}

function contents(store: Store): string {
  return JSON.stringify(
    store
      .collection('/things')
      .sorted()
      .map((object) => object.json),
  );
}

describe('Store', () => {
  test('a snapshot of any revision is what the collection was then', () => {
    fc.assert(
      fc.property(writes, (list) => {
        const store = new Store({ historyLimit: 1000, revision: 5 });
        const states = new Map([[store.revision, contents(store)]]);
        for (const write of list) {
          carryOut(store, write);
          states.set(store.revision, contents(store));
        }
        for (const [revision, state] of states) {
          const snapshot = store.snapshot('/things', revision);
          assert.equal(JSON.stringify(snapshot?.map((object) => object.json)), state);
        }
      }),
    );
  });

  test('changes after a revision, laid over its snapshot, give the present', () => {
    fc.assert(
      fc.property(writes, fc.nat(40), (list, back) => {
        const store = new Store({ historyLimit: 1000, revision: 0 });
        for (const write of list) carryOut(store, write);
        const from = Math.max(0, store.revision - back);
        const replica = new Map(store.snapshot('/things', from)?.map((object) => [object.name, object.text]));
        for (const { type, object } of store.changesAfter('/things', from) ?? []) {
          if (type === 'DELETED') replica.delete(object.name);
          else replica.set(object.name, object.text);
        }
        const present = new Map(
          store
            .collection('/things')
            .sorted()
            .map((object) => [object.name, object.text]),
        );
        assert.deepEqual(new Map([...replica].sort()), present);
      }),
    );
  });

  test('the history keeps at least its limit and forgets at most at twice that', () => {
    const store = new Store({ historyLimit: 10, revision: 0 });
    for (let value = 0; value < 100; value++) {
      store.put('/things', named('a', value));
      assert.ok(store.revision - store.oldestRevision < 20);
      assert.ok(value < 10 || store.revision - store.oldestRevision >= 10);
    }
    assert.equal(store.changesAfter('/things', 79), undefined);
    assert.equal(store.changesAfter('/things', 95)?.length, 5);
  });

  test('listeners hear only their collection, in order, until they leave', () => {
    const store = new Store({ historyLimit: 10, revision: 0 });
    const heard: string[] = [];
    const listener = ({ type, object }: StoreEvent) => heard.push(`${type} ${object.name} ${object.revision}`);
    const leave = store.subscribe('/things', listener);
    store.put('/things', named('a', 1));
    store.put('/others', named('x', 1));
    const last = store.put('/things', named('a', 2));
    store.remove('/things', last);
    leave();
    store.put('/things', named('b', 1));
    assert.deepEqual(heard, ['ADDED a 1', 'MODIFIED a 3', 'DELETED a 4']);
  });
});
