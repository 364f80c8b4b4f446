import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const g = '192.0.2.1';
const candidates = ['a', 'b', 'c'];

function running(failback: 'always' | 'never' = 'never'): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates, failback });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(candidates);
  cluster.run(31_000);
  cluster.takeLog();
  return cluster;
}

/** What `a` holds passes on to `b`, whose table is the newer one. */
function takenByNewerTable(cluster: OwnershipCluster): readonly string[] {
  cluster.setGroupsOf('b', { [g]: { candidates: ['b', 'c'] } });
  cluster.run(10);
  return cluster.takeLog();
}

test('who hears from the next one that it is no candidate any more is not one of two that held it', () => {
  const took = `b take ${g} ownerNotCandidate from a`;
  assert.deepEqual(takenByNewerTable(running()), [took, `a giveUp ${g} takenOver`]);
});

test('nor is who hears that before its own probation of the next one is over', () => {
  const cluster = running('always');
  cluster.seeAll('a', 'dead', 310);
  cluster.seeAll('a', 'probation', 0);
  cluster.run(1990);
  cluster.takeLog();
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.see('a', 'a', 'live');
  cluster.run(20);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} preferred from b`, `b giveUp ${g} takenOver`]);
});

test('two whose claims stood beside each other, each first by its own table, are two that held it', () => {
  const cluster = running('always');
  cluster.setGroupsOf('b', { [g]: { candidates: ['b', 'a', 'c'] } });
  cluster.setGroupsOf('c', { [g]: { candidates: ['c', 'a', 'b'] } });
  cluster.run(300);
  assert.deepEqual(cluster.owners(g), ['b']);
  assert.equal(
    cluster
      .takeLog()
      .filter((line) => line.includes('giveUp'))
      .at(-1),
    `c giveUp ${g} claimedByOther`,
  );
});

test('a holder that hears again of a better one that it found dead, and that took it meanwhile, is one of two', () => {
  const cluster = running();
  takenByNewerTable(cluster);
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(3000);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.loses = (from, to) => from === 'b' || to === 'b';
  for (const other of ['a', 'c']) cluster.see(other, 'b', 'dead', 310);
  for (const other of ['a', 'c']) cluster.see('b', other, 'dead', 310);
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} ownerNotLive from b after 310 ms`]);
  cluster.loses = () => false;
  cluster.see('b', 'a', 'probation', 0);
  cluster.contact('a', 'b');
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`b giveUp ${g} claimedByOther`]);
});

const partings: readonly { name: string; part: (cluster: OwnershipCluster) => void; last: string }[] = [
  {
    name: 'a holder that was cut off until a moment ago is one of two that held it',
    part: (cluster) => {
      cluster.setCutOff('a', true);
      cluster.run(1000);
      cluster.setCutOff('a', false);
    },
    last: `a giveUp ${g} claimedByOther`,
  },
  {
    name: 'a holder of which the others say that it was away is one of two that held it',
    part: (cluster) => cluster.see('a', 'a', 'probation', 0),
    last: `a giveUp ${g} claimedByOther`,
  },
  {
    name: 'a holder that found the next one dead until a moment ago takes it back, as one of two that held it',
    part: (cluster) => {
      cluster.see('a', 'b', 'dead', 310);
      cluster.run(1000);
      cluster.see('a', 'b', 'probation', 0);
    },
    last: `b giveUp ${g} claimedByOther`,
  },
  {
    name: 'a holder that was cut off long ago is not',
    part: (cluster) => {
      cluster.setCutOff('a', true);
      cluster.run(1000);
      cluster.setCutOff('a', false);
      cluster.run(1000);
    },
    last: `a giveUp ${g} takenOver`,
  },
];
for (const { name, part, last } of partings) {
  test(name, () => {
    const cluster = running();
    part(cluster);
    assert.equal(takenByNewerTable(cluster).at(-1), last);
  });
}
