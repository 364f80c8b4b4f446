import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const v4 = '192.0.2.1';
const v6 = '2001:db8::1';
const candidates = ['a', 'b', 'c'];

/** An IPv6 address that `b` holds, though `a` ranks first. */
function running(): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [v6]: { candidates, holder: 'b' } });
  cluster.start(candidates);
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), [`b take ${v6} heldBefore`]);
  return cluster;
}

const orders = [
  ['b', 'a', 'c'],
  ['a', 'b', 'c'],
  ['a', 'c', 'b'],
] as const;

for (const order of orders) {
  test(`a Service is deleted, tables come to ${order}: nobody takes its address for a moment`, () => {
    const cluster = running();
    for (const node of order) {
      cluster.setGroupsOf(node, {});
      cluster.run(300);
    }
    cluster.run(10_000);
    assert.deepEqual(cluster.takeLog(), [`b giveUp ${v6} addressRemoved`]);
  });

  test(`an address gets a lower one beside it, tables come to ${order}: it stays where it is`, () => {
    const cluster = running();
    for (const node of order) {
      // Another address has another digest, and so another rank.
      cluster.setGroupsOf(node, { [v4]: { candidates: ['c', 'b', 'a'], formerKeys: [v6] } });
      cluster.run(300);
    }
    cluster.run(10_000);
    assert.deepEqual(cluster.takeLog(), [`b giveUp ${v6} addressRemoved`, `b take ${v4} heldBefore`]);
  });

  test(`the same, and back, tables come to ${order}`, () => {
    const cluster = running();
    for (const [key, former] of [
      [v4, v6],
      [v6, v4],
    ] as const) {
      for (const node of order) {
        cluster.setGroupsOf(node, { [key]: { candidates, formerKeys: [former] } });
        cluster.run(300);
      }
      cluster.run(3000);
      assert.deepEqual([cluster.owners(key), cluster.owners(former)], [['b'], []]);
    }
    assert.deepEqual(cluster.takeLog(), [
      `b giveUp ${v6} addressRemoved`,
      `b take ${v4} heldBefore`,
      `b giveUp ${v4} addressRemoved`,
      `b take ${v6} heldBefore`,
    ]);
  });
}

test('a group that is torn in two stays with its holder, though no report names it', () => {
  const cluster = running();
  for (const node of ['b', 'a', 'c']) {
    cluster.setGroupsOf(node, { [v6]: { candidates }, [v4]: { candidates: ['c', 'a', 'b'], formerKeys: [v6] } });
    cluster.run(50);
  }
  cluster.run(10_000);
  assert.deepEqual(cluster.takeLog(), [`b take ${v4} heldBefore`]);
  assert.deepEqual([cluster.owners(v6), cluster.owners(v4)], [['b'], ['b']]);
});

test('a group that others hold already is not theirs who answered for one of its addresses', () => {
  const cluster = running();
  cluster.setGroupsOf('a', { [v6]: { candidates, holder: 'b' }, [v4]: { candidates } });
  cluster.run(3000);
  assert.deepEqual(cluster.takeLog(), [`a take ${v4} firstCandidate`]);
  cluster.setGroups({ [v4]: { candidates, formerKeys: [v6] } });
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), [`b giveUp ${v6} addressRemoved`]);
});

test('a Service is deleted and made again with its address: it is taken at once, by its first candidate', () => {
  const cluster = running();
  cluster.setGroups({});
  cluster.run(100);
  cluster.takeLog();
  cluster.setGroups({ [v6]: { candidates } });
  cluster.run(50);
  assert.deepEqual(cluster.takeLog(), [`a take ${v6} firstCandidate from b`]);
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(
    candidates.map((node) => cluster.machine(node).holderOf(v6)),
    ['a', 'a', 'a'],
  );
});

test('a table that lacks the group for longer than a second sees another one take it', () => {
  const cluster = running();
  cluster.setGroupsOf('b', {});
  cluster.run(900);
  assert.deepEqual(cluster.owners(v6), []);
  cluster.run(200);
  assert.deepEqual(cluster.owners(v6), ['a']);
});

test('all leave at once: each is drained at once, since nobody takes anything any more', () => {
  const cluster = running();
  for (const node of ['a', 'c', 'b']) cluster.leave(node);
  cluster.run(50);
  assert.deepEqual(cluster.takeLog().toSorted(), ['a drained', 'b drained', 'c drained']);
  assert.deepEqual(cluster.owners(v6), ['b']);
});

for (const order of orders) {
  test(`with failback=always an address gets a lower one beside it, tables come to ${order}: its holder goes on first`, () => {
    const cluster = new OwnershipCluster({ nodes: candidates, failback: 'always' });
    cluster.setGroups({ [v6]: { candidates: ['b', 'a', 'c'] } });
    cluster.start(candidates);
    cluster.run(5000);
    cluster.takeLog();
    for (const node of order) {
      cluster.setGroupsOf(node, { [v4]: { candidates: ['c', 'b', 'a'], holder: 'b', formerKeys: [v6] } });
      cluster.run(300);
    }
    cluster.run(10_000);
    assert.deepEqual(cluster.takeLog(), [
      `b giveUp ${v6} addressRemoved`,
      `b take ${v4} heldBefore`,
      `c take ${v4} preferred from b`,
      `b giveUp ${v4} betterCandidateLive`,
    ]);
  });
}
