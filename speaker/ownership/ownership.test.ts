import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const g = '192.0.2.1';
const candidates = ['a', 'b', 'c'];

/** Three nodes that run for long enough, the first of which holds the group. */
function running(options: { failback?: 'always' | 'never' | { delayMs: number } } = {}): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates, ...options });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(candidates);
  // Nothing is placed anew after that.
  cluster.run(31_000);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} firstCandidate`]);
  return cluster;
}

function restart(cluster: OwnershipCluster, node: string): void {
  cluster.start([node], 'probation');
  cluster.see(node, node, 'probation');
  cluster.run(2000);
  cluster.seeAll(node, 'live');
}

test('nodes that start at one instant agree at once, without waiting for the end of the learning', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates }, '192.0.2.2': { candidates: ['c', 'a', 'b'] } });
  cluster.start(candidates);
  cluster.run(20);
  assert.deepEqual(cluster.takeLog().toSorted(), [`a take ${g} firstCandidate`, 'c take 192.0.2.2 firstCandidate']);
});

test('a node alone takes what it is the only candidate of', () => {
  const cluster = new OwnershipCluster({ nodes: ['a'] });
  cluster.setGroups({ [g]: { candidates: ['a'] } });
  cluster.start(['a']);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} onlyCandidate`]);
});

test('when all start anew, the node that the API server names goes on, also where another one ranks first', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates, holder: 'b' } });
  cluster.start(candidates);
  cluster.run(3000);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} heldBefore`]);
});

test('with failback=always the API server names nobody: the first takes it', () => {
  const cluster = new OwnershipCluster({ nodes: candidates, failback: 'always' });
  cluster.setGroups({ [g]: { candidates, holder: 'b' } });
  cluster.start(candidates);
  cluster.run(3000);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} firstCandidate from b`]);
});

test('a node that the API server names and that does not live is passed over at once', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates: ['d', ...candidates], holder: 'd' } });
  cluster.start(candidates);
  cluster.run(20);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} ownerNotLive from d`]);
});

test('a newcomer that ranks first takes nothing, because it learns who holds it', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(['b', 'c']);
  cluster.run(31_000);
  cluster.takeLog();
  cluster.start(['a']);
  cluster.run(10_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
  assert.equal(cluster.machine('a').holderOf(g), 'b');
});

test('a newcomer that nobody answers takes it after a second', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.loses = () => true;
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(candidates);
  cluster.run(999);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.run(1);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} firstCandidate`]);
});

test('when the holder dies, the next candidate takes it at once, and says from whom and after how long', () => {
  const cluster = running();
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerNotLive from a after 310 ms`]);
});

const comebacks = [
  { failback: 'never', log: [], owner: 'b' },
  { failback: 'always', log: [`a take ${g} preferred from b`, `b giveUp ${g} betterCandidateLive`], owner: 'a' },
] as const;
for (const { failback, log, owner } of comebacks) {
  test(`a former holder comes back: with failback=${failback} it is held by ${owner}`, () => {
    const cluster = running({ failback });
    cluster.kill('a');
    cluster.seeAll('a', 'dead', 310);
    cluster.run(3000);
    cluster.takeLog();
    restart(cluster, 'a');
    assert.deepEqual(
      cluster.takeLog().filter((line) => line.startsWith('b')),
      [],
    );
    cluster.run(10_000);
    assert.deepEqual(cluster.owners(g), [owner]);
    if (failback === 'never') assert.deepEqual(cluster.takeLog(), log);
  });
}

test('with failback=always a node on probation takes nothing back, and then the new owner comes before the old one stops', () => {
  const cluster = running({ failback: 'always' });
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  cluster.run(3000);
  cluster.takeLog();
  cluster.start(['a'], 'probation');
  cluster.run(1999);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.seeAll('a', 'live');
  assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'b']);
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} preferred from b`, `b giveUp ${g} betterCandidateLive`]);
});

test('with a delay, failback comes once the better node has lived for so long', () => {
  const cluster = running({ failback: { delayMs: 60_000 } });
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  cluster.run(3000);
  restart(cluster, 'a');
  cluster.run(10);
  cluster.takeLog();
  cluster.run(57_000);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.run(3_000);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} preferred from b`, `b giveUp ${g} betterCandidateLive`]);
});

test('with a delay, a death of the better node starts the time anew', () => {
  const cluster = running({ failback: { delayMs: 60_000 } });
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  restart(cluster, 'a');
  cluster.run(50_000);
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  restart(cluster, 'a');
  cluster.run(50_000);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.run(10_010);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('with a delay, a node that comes and goes gets nothing, and does not hold up another one that is better', () => {
  const cluster = running({ failback: { delayMs: 60_000 } });
  for (const node of ['a', 'b']) {
    cluster.kill(node);
    cluster.seeAll(node, 'dead', 310);
    cluster.run(3000);
  }
  assert.deepEqual(cluster.owners(g), ['c']);
  restart(cluster, 'b');
  for (let round = 0; round < 2; round += 1) {
    restart(cluster, 'a');
    cluster.run(20_000);
    cluster.kill('a');
    cluster.seeAll('a', 'dead', 310);
    cluster.run(5000);
  }
  restart(cluster, 'a');
  assert.deepEqual(cluster.owners(g), ['c']);
  cluster.run(3_900);
  assert.deepEqual(cluster.owners(g), ['c']);
  cluster.run(110);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.run(55_800);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.run(210);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('with a delay, a second one that was away meanwhile waits anew', () => {
  const cluster = new OwnershipCluster({ nodes: candidates, failback: { delayMs: 60_000 } });
  cluster.setGroups({ [g]: { candidates, holder: 'c' } });
  cluster.start(candidates);
  cluster.run(50_000);
  for (const standing of ['dead', 'probation', 'live'] as const) {
    cluster.seeAll('b', standing);
    cluster.run(1000);
  }
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  cluster.run(58_900);
  assert.deepEqual(cluster.owners(g), ['c']);
  cluster.run(110);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('an excluded holder answers until the next one has claimed it', () => {
  const cluster = running();
  cluster.setGroups({ [g]: { candidates: ['b', 'c'] } });
  assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'b']);
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerNotCandidate from a`, `a giveUp ${g} notCandidate`]);
});

test('an excluded holder answers for two seconds where the next one does not come', () => {
  const cluster = running();
  cluster.setCutOff('b', true);
  cluster.setGroups({ [g]: { candidates: ['b', 'c'] } });
  cluster.run(1999);
  assert.deepEqual(cluster.owners(g), ['a']);
  cluster.run(1);
  assert.deepEqual(cluster.takeLog(), [`a giveUp ${g} notCandidate`, `c take ${g} nobodyTookIt from a`]);
});

test('a holder gives up at once what nobody may own', () => {
  const cluster = running();
  cluster.setGroups({ [g]: { candidates: [] } });
  assert.deepEqual(cluster.takeLog(), [`a giveUp ${g} notCandidate`]);
});

test('a holder gives up at once what the table has no more', () => {
  const cluster = running();
  cluster.setGroups({});
  assert.deepEqual(cluster.takeLog(), [`a giveUp ${g} addressRemoved`]);
});

test('a changed preference moves it under failback=never, the new owner first', () => {
  const cluster = running();
  cluster.setGroups({ [g]: { candidates: ['c', 'a', 'b'] } });
  assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'c']);
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`c take ${g} preferred from a`, `a giveUp ${g} betterCandidateLive`]);
  cluster.run(10_000);
  assert.deepEqual(cluster.owners(g), ['c']);
});

test('a node that becomes a candidate again, in front, is no changed preference', () => {
  const cluster = running();
  cluster.setGroups({ [g]: { candidates: ['b', 'c'] } });
  cluster.run(5000);
  cluster.takeLog();
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('a holder that leaves answers until all is claimed by others, and then it is drained', () => {
  const cluster = running();
  cluster.leave('a');
  assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'b']);
  assert.equal(cluster.machine('a').handsOver, true);
  cluster.run(10);
  assert.equal(cluster.machine('a').handsOver, false);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerLeaving from a`, `a giveUp ${g} stopping`, 'a drained']);
});

test('a leaver keeps what nobody else can serve, and is drained at once', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates: ['a'] } });
  cluster.start(candidates);
  cluster.run(2000);
  cluster.takeLog();
  cluster.leave('a');
  assert.deepEqual(cluster.takeLog(), ['a drained']);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('a holder that loses its carrier gives up at once and says so: the next one takes it, and keeps it', () => {
  const cluster = running();
  cluster.setAble('a', g, false);
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`a giveUp ${g} noInterface`, `b take ${g} ownerUnfit from a`]);
  cluster.setAble('a', g, true);
  cluster.run(10_000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('the first candidate can serve it from nowhere: it says so, and the second takes it', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates, unable: ['a'] } });
  cluster.start(candidates);
  cluster.run(100);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerNotLive`]);
});

test('with failback=always the first one takes it back when it has a carrier again', () => {
  const cluster = new OwnershipCluster({ nodes: candidates, failback: 'always' });
  cluster.setGroups({ [g]: { candidates, unable: ['a'] } });
  cluster.start(candidates);
  cluster.run(100);
  cluster.takeLog();
  cluster.setGroups({ [g]: { candidates } });
  cluster.run(100);
  assert.deepEqual(cluster.takeLog(), [`a take ${g} preferred from b`, `b giveUp ${g} betterCandidateLive`]);
});

test('a node that is cut off keeps what it holds and takes nothing new', () => {
  const cluster = running();
  cluster.setCutOff('a', true);
  cluster.setGroups({ [g]: { candidates }, '192.0.2.2': { candidates } });
  cluster.run(1000);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.setCutOff('a', false);
  cluster.run(10);
  assert.deepEqual(cluster.owners('192.0.2.2').length, 1);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('who should take it and does not is asked after one second and passed over after two', () => {
  const cluster = running();
  cluster.setCutOff('b', true);
  cluster.kill('a');
  cluster.seeAll('a', 'dead', 310);
  cluster.run(1999);
  assert.deepEqual(cluster.takeLog(), []);
  cluster.run(1);
  assert.deepEqual(cluster.takeLog(), [`c take ${g} nobodyTookIt from a after 2310 ms`]);
});

test('a group that is held elsewhere enters the table of a better node: it knows the holder, and takes nothing', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates: ['b'] } });
  cluster.start(candidates);
  cluster.run(31_000);
  cluster.takeLog();
  cluster.setGroups({ [g]: { candidates, holder: 'b' } });
  cluster.run(5000);
  assert.deepEqual(cluster.takeLog(), []);
});
