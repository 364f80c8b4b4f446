import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ring } from './ring.ts';

const all = (): boolean => true;

// By their identifiers: d (18ac), f (252f), c (2e7d), b (3e23), e (3f79), a (ca97).
const table: readonly {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly dead?: readonly string[];
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
  {
    name: 'where watchers are dead, the next successors stand in, and the dead go on being watched',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f'],
    dead: ['f', 'e'],
    watchersOfA: ['d', 'c', 'b'],
    watchedByA: ['e', 'b', 'c', 'f', 'd'],
  },
  {
    name: 'who is left alone has no watchers, and watches all the dead',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f'],
    dead: ['b', 'c', 'd', 'e', 'f'],
    watchersOfA: [],
    watchedByA: ['e', 'b', 'c', 'f', 'd'],
  },
];

for (const { name, nodes, dead, watchersOfA, watchedByA } of table) {
  test(name, () => {
    const ring = new Ring(nodes);
    const isLive = (node: string): boolean => !dead?.includes(node);
    assert.deepEqual(
      { watchers: ring.watchersOf('a', isLive), watched: ring.watchedBy('a', isLive) },
      { watchers: watchersOfA, watched: watchedByA },
    );
  });
}

test('a node that is no member neither watches nor is watched', () => {
  const ring = new Ring(['a', 'b']);
  assert.deepEqual([ring.watchersOf('z', all), ring.watchedBy('z', all)], [[], []]);
});

test('the order in which members are named, and how often, makes no difference', () => {
  const [one, other] = [new Ring(['a', 'b', 'c', 'd', 'e']), new Ring(['e', 'c', 'c', 'a', 'd', 'b', 'a'])];
  assert.deepEqual(other.watchersOf('b', all), one.watchersOf('b', all));
});

test('whom a member watches has it among its watchers, and each has three of them where so many others live', () => {
  const nodes = fc.uniqueArray(fc.record({ node: fc.string(), lives: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
    selector: ({ node }) => node,
  });
  fc.assert(
    fc.property(nodes, (members) => {
      const live = new Set(members.filter(({ lives }) => lives).map(({ node }) => node));
      const isLive = (node: string): boolean => live.has(node);
      const ring = new Ring(members.map(({ node }) => node));
      for (const { node, lives } of members) {
        const watchers = ring.watchersOf(node, isLive);
        assert.equal(new Set(watchers).size, Math.min(3, live.size - (lives ? 1 : 0)));
        assert.ok(!watchers.includes(node) && watchers.every(isLive));
        const watched = members.filter((other) => ring.watchersOf(other.node, isLive).includes(node));
        if (lives) assert.deepEqual(new Set(ring.watchedBy(node, isLive)), new Set(watched.map((other) => other.node)));
      }
    }),
  );
});
