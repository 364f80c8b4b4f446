import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const nodes = ['a', 'b', 'c'];
const orders = [
  ['a', 'b', 'c'],
  ['b', 'c', 'a'],
  ['c', 'a', 'b'],
] as const;

function groups(count: number): Record<string, { candidates: readonly string[] }> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `10.0.${index >> 8}.${index & 255}`,
      { candidates: orders[index % 3] ?? [] },
    ]),
  );
}

test('10,000 groups on three nodes: 67 messages tell what a node holds, and a death moves its groups and no other', () => {
  const cluster = new OwnershipCluster({ nodes });
  cluster.setGroups(groups(10_000));
  cluster.start(nodes);
  cluster.run(90);
  assert.equal(cluster.takeLog().length, 10_000);
  // Every two nodes meet, each in the eyes of the other; then each tells both others what it took.
  assert.equal(cluster.messages, 3 * 4 + 3 * 2 * 67);
  cluster.run(5000);
  cluster.kill('a');
  const before = cluster.messages;
  cluster.seeAll('a', 'dead', 310);
  const log = cluster.takeLog();
  assert.equal(log.length, 3_334);
  assert.ok(log.every((line) => /^b take \S+ ownerNotLive from a after 310 ms$/.test(line)));
  cluster.run(90);
  // The dead one is told, too: perhaps it only seems to be dead.
  assert.equal(cluster.messages - before, 2 * 67);
  assert.deepEqual(cluster.takeLog(), []);
});
