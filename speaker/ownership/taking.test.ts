import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const g = '192.0.2.1';
const candidates = ['a', 'b'];

/** `a` holds the group. */
function running(): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(candidates);
  cluster.run(31_000);
  cluster.takeLog();
  cluster.heirs.length = 0;
  return cluster;
}

test('what an excluded or a leaving node holds is answered until the next one has taken it', () => {
  const excluded = running();
  excluded.setGroupsOf('b', { [g]: { candidates: ['b'] } });
  const leaving = running();
  leaving.leave('a');
  for (const cluster of [excluded, leaving]) {
    assert.deepEqual(cluster.owners(g), ['a', 'b']);
    assert.deepEqual(cluster.heirs, ['b']);
  }
});

test('what was given up is not, nor what a node held that is dead, or gives up by itself since it hears nobody', () => {
  const released = running();
  released.setGroups({ [g]: { candidates: [] } });
  released.run(5_000);
  released.takeLog();
  released.setGroups({ [g]: { candidates: ['b'] } });
  assert.deepEqual(released.takeLog(), [`b take ${g} ownerNotCandidate from a`]);
  const dead = running();
  dead.see('b', 'a', 'dead', 310);
  assert.deepEqual(dead.takeLog(), [`b take ${g} ownerNotLive from a after 310 ms`]);
  const byLease = running();
  byLease.blockPulses(['a', 'b']);
  for (const node of candidates) byLease.seeAll(node, 'live');
  byLease.setGroups({ [g]: { candidates: ['b'], holder: 'a' } });
  assert.deepEqual(byLease.takeLog(), [`a giveUp ${g} notCandidate`, `b take ${g} ownerNotCandidate from a`]);
  for (const cluster of [released, dead, byLease]) assert.deepEqual(cluster.heirs, []);
});
