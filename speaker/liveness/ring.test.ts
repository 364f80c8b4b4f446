import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ring } from './ring.ts';

// By their identifiers: d (18ac), f (252f), c (2e7d), b (3e23), e (3f79), a (ca97).
const table: readonly {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly watchersOfA: readonly string[];
  readonly watchedByA: readonly string[];
}[] = [
  { name: 'a node alone has no watchers', nodes: ['a'], watchersOfA: [], watchedByA: [] },
  { name: 'two nodes watch each other', nodes: ['a', 'b'], watchersOfA: ['b'], watchedByA: ['b'] },
  {
    name: 'of three nodes each watches both others',
    nodes: ['a', 'b', 'c'],
    watchersOfA: ['c', 'b'],
    watchedByA: ['b', 'c'],
  },
  {
    name: 'of four nodes each watches all others',
    nodes: ['a', 'b', 'c', 'd'],
    watchersOfA: ['d', 'c', 'b'],
    watchedByA: ['b', 'c', 'd'],
  },
  {
    name: 'of six nodes each has its three successors as watchers, and the ring closes',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f'],
    watchersOfA: ['d', 'f', 'c'],
    watchedByA: ['e', 'b', 'c'],
  },
];

for (const { name, nodes, watchersOfA, watchedByA } of table) {
  test(name, () => {
    const ring = new Ring(nodes);
    assert.deepEqual(
      { watchers: ring.watchersOf('a'), watched: ring.watchedBy('a') },
      { watchers: watchersOfA, watched: watchedByA },
    );
  });
}

test('a node that is no member neither watches nor is watched', () => {
  const ring = new Ring(['a', 'b']);
  assert.deepEqual([ring.has('z'), ring.watchersOf('z'), ring.watchedBy('z')], [false, [], []]);
});

test('the order in which members are named, and how often, makes no difference', () => {
  const [one, other] = [new Ring(['a', 'b', 'c', 'd', 'e']), new Ring(['e', 'c', 'c', 'a', 'd', 'b', 'a'])];
  assert.deepEqual([other.size, other.watchersOf('b')], [5, one.watchersOf('b')]);
});

test('whom a member watches has it among its watchers, min(3, n-1) of them, all different', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 }), (nodes) => {
      const ring = new Ring(nodes);
      for (const node of nodes) {
        const watchers = ring.watchersOf(node);
        assert.equal(new Set(watchers).size, Math.min(3, nodes.length - 1));
        assert.ok(!watchers.includes(node));
        for (const watcher of watchers) assert.ok(ring.watchedBy(watcher).includes(node));
      }
    }),
  );
});
