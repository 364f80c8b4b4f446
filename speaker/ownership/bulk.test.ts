import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';
import { Ownership } from './ownership.ts';

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

test('1,000 members and 10,000 groups: a death concerns the groups of the one that died, and a return none', () => {
  const members = Array.from({ length: 1000 }, (_, index) => `node-${index}`);
  const self = 'node-1';
  const live = { standing: 'live', byLease: false, silentMs: 0 } as const;
  const machine = new Ownership({ self, failback: 'never' });
  machine.setNodes(
    members.map((node) => [node, live]),
    0,
  );
  // All 1,000 may own each group; every node comes first for ten of them, and the next node second.
  const ranked = members.map((_, first) => [...members.slice(first), ...members.slice(0, first)]);
  const table = Array.from({ length: 10_000 }, (_, index) => ({
    key: `10.1.${index >> 8}.${index & 255}`,
    candidates: ranked[index % 1000] ?? [],
    able: true,
    holder: undefined,
  }));
  machine.begin(0);
  machine.setGroups(table, 0);
  for (const [index, node] of members.entries()) {
    if (node === self) continue;
    const entries = table
      .filter((_, at) => at % 1000 === index)
      .map(({ key }) => ({ group: key, epoch: 1, state: 'held' as const }));
    machine.receiveClaims(
      { node, incarnation: '1' },
      { type: 'claims', version: 1, since: 0, part: 0, parts: 1, entries },
      1,
    );
  }
  const taken = machine.takeEffects(2).filter(({ type }) => type === 'take');
  assert.equal(taken.length, 10);
  machine.setNodes([['node-0', { standing: 'dead', byLease: false, silentMs: 310 }]], 5000);
  const takenOver = machine.takeEffects(5000);
  assert.equal(takenOver.filter(({ type }) => type === 'take').length, 10);
  machine.setNodes([['node-500', { standing: 'dead', byLease: false, silentMs: 310 }]], 6000);
  machine.setNodes([['node-500', { standing: 'probation', byLease: false, silentMs: 0 }]], 7000);
  assert.deepEqual(machine.takeEffects(7000), []);
});
