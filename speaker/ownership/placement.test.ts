import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const g = '192.0.2.1';
const candidates = ['a', 'b', 'c'];

/** The worst of three has just started, alone, and holds what nobody held. */
function early(options: { failback?: 'always' | { delayMs: number }; holder?: string } = {}): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates, ...options });
  cluster.setGroups({ [g]: { candidates, holder: options.holder } });
  cluster.start(['c']);
  return cluster;
}

test('who starts takes at once what nobody holds', () => {
  assert.deepEqual(early().takeLog(), [`c take ${g} ownerNotLive`]);
});

test('who starts within 30 s and ranks before it takes it over, and answers before the other one stops', () => {
  const cluster = early();
  cluster.run(29_000);
  cluster.takeLog();
  cluster.start(['b']);
  cluster.run(5);
  assert.deepEqual(cluster.owners(g), ['c', 'b']);
  cluster.run(5);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} placedByRank from c`, `c giveUp ${g} betterCandidateLive`]);
});

test('those that start one after the other end up as the rank says, whatever the order', () => {
  for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
    const cluster = new OwnershipCluster({ nodes: candidates });
    cluster.setGroups({ [g]: { candidates }, '192.0.2.2': { candidates: ['c', 'a', 'b'] } });
    for (const node of order) {
      cluster.start([node]);
      cluster.run(10_000);
    }
    assert.deepEqual([cluster.owners(g), cluster.owners('192.0.2.2')], [['a'], ['c']], order);
  }
});

test('who starts later than that takes nothing', () => {
  const cluster = early();
  cluster.run(30_000);
  cluster.takeLog();
  cluster.start(['a', 'b']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('who takes its first group 30 s after its start keeps it: the time counts from the start', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.start(['c']);
  cluster.run(30_000);
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(1000);
  assert.deepEqual(cluster.takeLog(), [`c take ${g} ownerNotLive`]);
  cluster.start(['a', 'b']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('30 s after the last of them started nothing is placed any more, also for one that hears of it only then', () => {
  const cluster = early();
  cluster.start(['b']);
  cluster.run(30_000);
  cluster.takeLog();
  cluster.start(['a']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('a group that is new to nodes that have run for long is placed for good', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ '192.0.2.2': { candidates } });
  cluster.start(['b', 'c']);
  cluster.run(31_000);
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(1000);
  cluster.takeLog();
  cluster.start(['a']);
  cluster.run(10_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('a speaker that restarts alone takes back at once what the API server says was its own, and for good', () => {
  const cluster = early({ holder: 'c' });
  assert.deepEqual(cluster.takeLog(), [`c take ${g} heldBefore`]);
  cluster.run(1000);
  cluster.start(['a', 'b']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('after a loss of power, what an absent node held is placed anew', () => {
  const cluster = early({ holder: 'b' });
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), [`c take ${g} ownerNotLive from b`]);
  cluster.setGroups({ [g]: { candidates, holder: 'c' } });
  cluster.start(['a', 'b']);
  cluster.run(5000);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('what was held well before it moved to a node that has just started stays there when its holder comes back', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(['a', 'b']);
  cluster.run(10);
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  cluster.run(2000);
  cluster.takeLog();
  cluster.start(['a']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('what an owner hands over while it stops is not placed anew when it comes back', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(['a', 'b']);
  cluster.run(10);
  cluster.leave('a');
  cluster.run(100);
  cluster.kill('a');
  cluster.takeLog();
  cluster.start(['a']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('what an owner that has run for long hands over to one that starts while it stops is not placed anew', () => {
  const cluster = early();
  cluster.run(31_000);
  cluster.leave('c');
  cluster.start(['b']);
  cluster.see('b', 'c', 'leaving');
  cluster.run(200);
  cluster.takeLog();
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.kill('c');
  cluster.start(['a']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('a better one of which nothing is heard but its Lease is waited for by nobody: the holder goes on', () => {
  const cluster = early();
  cluster.run(1000);
  cluster.takeLog();
  cluster.blockPulses(['a', 'c']);
  cluster.setGroups({ [g]: { candidates, holder: 'c' } });
  cluster.start(['a']);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['c']);
});

test('a holder whose claims no longer come is not placed anew, whatever its last one said', () => {
  const cluster = early();
  cluster.setGroups({ [g]: { candidates, unable: ['a'] } });
  cluster.start(['a']);
  cluster.run(1000);
  cluster.setGroups({ [g]: { candidates, holder: 'c', unable: ['a'] } });
  cluster.blockPulses(['a', 'c']);
  cluster.seeAll('a', 'live');
  cluster.seeAll('c', 'live');
  cluster.run(60_000);
  cluster.takeLog();
  cluster.setGroups({ [g]: { candidates, holder: 'c' } });
  cluster.run(10_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['c']);
});

test('who is on probation, cut off or unable to serve it does not take it', () => {
  const cluster = early();
  cluster.run(1000);
  cluster.takeLog();
  cluster.start(['a'], 'probation');
  cluster.see('a', 'a', 'probation');
  cluster.run(1000);
  cluster.setCutOff('a', true);
  cluster.seeAll('a', 'live');
  cluster.run(1000);
  cluster.setGroups({ [g]: { candidates, unable: ['a'] } });
  cluster.setCutOff('a', false);
  cluster.run(1000);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} placedByRank from c`, `c giveUp ${g} betterCandidateLive`]);
});

test('failback after a delay does not wait for it while the holder has only just started', () => {
  const cluster = early({ failback: { delayMs: 60_000 } });
  cluster.run(1000);
  cluster.start(['a']);
  cluster.run(10);
  assert.deepEqual(cluster.owners(g), ['a']);
});
