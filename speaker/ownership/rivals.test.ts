import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';

const g = '192.0.2.1';
const candidates = ['a', 'b', 'c'];

function running(options: { failback?: 'always' | 'never'; delayMs?: number } = {}): OwnershipCluster {
  const cluster = new OwnershipCluster({ nodes: candidates, ...options });
  cluster.setGroups({ [g]: { candidates } });
  cluster.start(candidates);
  cluster.run(5000);
  cluster.takeLog();
  return cluster;
}

/** No message passes between the two sides, and each finds the other dead. */
function part(cluster: OwnershipCluster, left: readonly string[], right: readonly string[]): void {
  cluster.loses = (from, to) => left.includes(from) !== left.includes(to);
  for (const one of left) for (const other of right) cluster.see(one, other, 'dead', 310);
  for (const one of right) for (const other of left) cluster.see(one, other, 'dead', 310);
}

function heal(cluster: OwnershipCluster, left: readonly string[], right: readonly string[]): void {
  cluster.loses = () => false;
  for (const one of left) for (const other of right) cluster.see(one, other, 'probation', 0);
  for (const one of right) for (const other of left) cluster.see(one, other, 'probation', 0);
  for (const one of left) for (const other of right) cluster.contact(one, other);
}

function endProbation(cluster: OwnershipCluster): void {
  cluster.run(2000);
  for (const node of candidates) cluster.seeAll(node, 'live');
}

const partitions = [
  { left: ['a'], right: ['b', 'c'], during: ['a', 'b'] },
  { left: ['a', 'c'], right: ['b'], during: ['a', 'b'] },
  { left: ['a', 'b'], right: ['c'], during: ['a', 'c'] },
] as const;
for (const { left, right, during } of partitions) {
  for (const failback of ['always', 'never'] as const) {
    test(`${left} | ${right} heals, failback=${failback}: the better rank keeps it, and announces it once`, () => {
      const cluster = running({ failback });
      part(cluster, left, right);
      cluster.run(30_000);
      assert.deepEqual(cluster.owners(g).toSorted(), during);
      cluster.takeLog();
      heal(cluster, left, right);
      cluster.run(100);
      assert.deepEqual(cluster.takeLog().toSorted(), [
        `a announceAgain ${g}`,
        `${during[1]} giveUp ${g} claimedByOther`,
      ]);
      endProbation(cluster);
      cluster.run(10_000);
      assert.deepEqual(cluster.takeLog(), []);
      assert.deepEqual(cluster.owners(g), ['a']);
    });
  }
}

test('three sides heal: the best rank keeps it', () => {
  const cluster = running();
  cluster.loses = () => true;
  for (const one of candidates) for (const other of candidates) if (one !== other) cluster.see(one, other, 'dead', 310);
  cluster.run(30_000);
  assert.deepEqual(cluster.owners(g).toSorted(), candidates);
  heal(cluster, ['a'], ['b', 'c']);
  heal(cluster, ['b'], ['c']);
  cluster.run(100);
  assert.deepEqual(cluster.owners(g), ['a']);
  endProbation(cluster);
  cluster.run(5000);
  assert.deepEqual(cluster.owners(g), ['a']);
});

for (const failback of ['always', 'never'] as const) {
  test(`a holder that stalled gives up as soon as it hears of the new one, failback=${failback}`, () => {
    const cluster = running({ failback });
    const deaf = (from: string, to: string): boolean => from === 'a' || to === 'a';
    cluster.loses = deaf;
    for (const node of ['b', 'c']) cluster.see(node, 'a', 'dead', 310);
    cluster.run(1500);
    assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'b']);
    cluster.takeLog();
    cluster.loses = () => false;
    for (const node of ['b', 'c']) cluster.see(node, 'a', 'probation', 0);
    cluster.see('a', 'a', 'probation');
    for (const node of ['b', 'c']) cluster.contact(node, 'a');
    cluster.run(10);
    assert.deepEqual(cluster.takeLog(), [`a giveUp ${g} claimedByOther`]);
    cluster.run(90);
    // Its stale claim reached b, too.
    assert.deepEqual(
      cluster.takeLog().filter((line) => !line.startsWith('b announceAgain')),
      [],
    );
    endProbation(cluster);
    cluster.run(3000);
    assert.deepEqual(cluster.owners(g), [failback === 'always' ? 'a' : 'b']);
  });
}

test('a holder that hears the others but is not heard gives up when the next one claims it', () => {
  const cluster = running();
  cluster.loses = (from) => from === 'a';
  for (const node of ['b', 'c']) cluster.see(node, 'a', 'dead', 310);
  cluster.run(10);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerNotLive from a after 310 ms`, `a giveUp ${g} takenOver`]);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
});

test('two take it in the same moment with the same epoch: the better rank keeps it', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.setGroups({ [g]: { candidates } });
  cluster.loses = () => true;
  cluster.start(['b', 'c']);
  cluster.see('c', 'b', 'dead');
  cluster.run(31_000);
  assert.deepEqual(cluster.owners(g), ['b', 'c']);
  cluster.takeLog();
  cluster.loses = () => false;
  cluster.see('c', 'b', 'live');
  cluster.contact('b', 'c');
  cluster.run(100);
  assert.deepEqual(cluster.takeLog().toSorted(), [`b announceAgain ${g}`, `c giveUp ${g} claimedByOther`]);
});

test('the loser of a conflict does not claim the group again for two seconds, but at once when the winner dies', () => {
  const cluster = running({ failback: 'always' });
  cluster.loses = (from) => from === 'a';
  for (const node of ['b', 'c']) cluster.see(node, 'a', 'dead', 310);
  cluster.run(10);
  cluster.takeLog();
  cluster.run(1900);
  assert.deepEqual(cluster.takeLog(), [], 'a lives in its own eyes and ranks first, and yet waits');
  cluster.kill('b');
  for (const node of ['a', 'c']) cluster.see(node, 'b', 'dead', 310);
  assert.deepEqual(cluster.takeLog(), [
    `a take ${g} ownerNotLive from b after 310 ms`,
    `c take ${g} ownerNotLive from b after 310 ms`,
  ]);
});

test('a lost claim is told again after 100 and 300 ms', () => {
  const cluster = running();
  cluster.kill('a');
  let lost = 0;
  cluster.loses = (from, to) => from === 'b' && to === 'c' && ++lost <= 2;
  cluster.seeAll('a', 'dead', 310);
  cluster.run(299);
  assert.equal(cluster.machine('c').holderOf(g), undefined);
  cluster.run(10);
  assert.equal(cluster.machine('c').holderOf(g), 'b');
  assert.equal(lost, 3);
});

test('a claim that was lost for good is asked for, once a pulse tells that there is a newer one', () => {
  const cluster = running();
  cluster.kill('a');
  cluster.loses = (from, to) => from === 'b' && to === 'c';
  cluster.seeAll('a', 'dead', 310);
  cluster.run(400);
  cluster.loses = () => false;
  assert.equal(cluster.machine('c').holderOf(g), undefined);
  cluster.pulse('b', 'c');
  cluster.run(9);
  assert.equal(cluster.machine('c').holderOf(g), undefined);
  cluster.run(6);
  assert.equal(cluster.machine('c').holderOf(g), 'b');
});

test('claims cross on their way: both sides end with one owner', () => {
  const cluster = running({ failback: 'always', delayMs: 40 });
  // In the same moment b is preferred in one half's tables, and c in the other's.
  cluster.setGroupsOf('b', { [g]: { candidates: ['b', 'a', 'c'] } });
  cluster.setGroupsOf('c', { [g]: { candidates: ['c', 'a', 'b'] } });
  assert.deepEqual(cluster.owners(g), ['a', 'b', 'c']);
  cluster.setGroups({ [g]: { candidates: ['b', 'a', 'c'] } });
  cluster.run(100);
  assert.deepEqual(cluster.owners(g), ['b']);
});

test('after a partition two nodes whose tables differ, each first in its own, claim it back once and no more', () => {
  const cluster = running();
  const halves = [['a', 'c'], ['b']] as const;
  part(cluster, ...halves);
  cluster.setGroupsOf('b', { [g]: { candidates: ['b', 'a', 'c'] } });
  cluster.run(5000);
  assert.deepEqual(cluster.owners(g).toSorted(), ['a', 'b']);
  cluster.takeLog();
  heal(cluster, ...halves);
  cluster.run(1000);
  assert.equal(cluster.owners(g).length, 1);
  assert.equal(cluster.takeLog().filter((line) => line.includes('giveUp')).length, 1);
  assert.ok(cluster.messages < 100, `${cluster.messages}`);
});

test('without pulses the holder is the one that the API server names, and who is not gives up at once', () => {
  const cluster = new OwnershipCluster({ nodes: candidates });
  cluster.blockPulses(candidates);
  cluster.setGroups({ [g]: { candidates: ['b', 'c', 'a'] } });
  cluster.start(candidates);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.setGroups({ [g]: { candidates, holder: 'b' } });
  cluster.run(10_000);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.kill('b');
  cluster.seeAll('b', 'dead', 15_000);
  assert.deepEqual(cluster.owners(g), ['a']);
  cluster.setGroups({ [g]: { candidates, holder: 'a' } });
  cluster.setGroups({ [g]: { candidates, holder: 'c' } });
  assert.deepEqual(cluster.owners(g), ['c']);
});

test('without pulses and with failback=always the first that lives holds it', () => {
  const cluster = new OwnershipCluster({ nodes: candidates, failback: 'always' });
  cluster.blockPulses(candidates);
  cluster.setGroups({ [g]: { candidates, holder: 'b' } });
  cluster.start(['b', 'c']);
  assert.deepEqual(cluster.owners(g), ['b']);
  cluster.start(['a']);
  assert.deepEqual(cluster.owners(g), ['a']);
});

test('who held it before, and did not hear that it was taken, is told again and again', () => {
  const cluster = running();
  cluster.loses = (from) => from === 'b';
  cluster.setGroupsOf('b', { [g]: { candidates: ['b'] } });
  cluster.run(450);
  assert.deepEqual(cluster.owners(g), ['a', 'b']);
  cluster.loses = () => false;
  cluster.run(100);
  assert.deepEqual(cluster.owners(g), ['b']);
});

/** `a` holds the group; by the table of `b` only `b` may, by that of `a` only `a`. */
function withDifferentTables(failback: 'always' | 'never'): OwnershipCluster {
  const cluster = running({ failback });
  cluster.setGroupsOf('b', { [g]: { candidates: ['b'] } });
  cluster.setGroupsOf('a', { [g]: { candidates: ['a'] } });
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), [`b take ${g} ownerNotCandidate from a`, `a giveUp ${g} takenOver`]);
  return cluster;
}

for (const failback of ['always', 'never'] as const) {
  test(`two nodes whose tables differ, each alone in its own, do not take it from each other again and again, failback=${failback}`, () => {
    const cluster = withDifferentTables(failback);
    assert.deepEqual(cluster.owners(g), ['b']);
    // The table of `a` was the newer one, and that of `b` follows.
    cluster.setGroupsOf('b', { [g]: { candidates: ['a'] } });
    cluster.run(1100);
    assert.deepEqual(cluster.takeLog(), [`a take ${g} ownerNotCandidate from b`, `b giveUp ${g} notCandidate`]);
    cluster.run(60_000);
    assert.deepEqual(cluster.takeLog(), []);
  });
}

test('who left it to a node that is no candidate by its table takes it when that one dies, or its own table changes', () => {
  const dying = withDifferentTables('never');
  dying.kill('b');
  dying.seeAll('b', 'dead', 310);
  assert.deepEqual(dying.takeLog(), [`a take ${g} ownerNotLive from b after 310 ms`]);
  const changing = withDifferentTables('never');
  changing.setGroupsOf('a', { [g]: { candidates: ['a', 'c'] } });
  assert.deepEqual(changing.takeLog(), [`a take ${g} ownerNotCandidate from b`]);
});

test('who is a candidate again before anybody came for what it held holds it for good', () => {
  const cluster = withDifferentTables('never');
  cluster.setCutOff('a', true);
  cluster.setGroupsOf('b', { [g]: { candidates: ['a'] } });
  cluster.run(1500);
  cluster.setGroupsOf('b', { [g]: { candidates: ['a', 'b'] } });
  cluster.setGroupsOf('a', { [g]: { candidates: ['a', 'b'] } });
  cluster.run(100);
  cluster.setCutOff('a', false);
  cluster.run(60_000);
  assert.deepEqual(cluster.takeLog(), []);
  assert.deepEqual(cluster.owners(g), ['b']);
});

const excluded = [`b take ${g} ownerNotCandidate from a`, `a giveUp ${g} takenOver`];
for (const { failback, log } of [
  { failback: 'never', log: excluded },
  { failback: 'always', log: [...excluded, `a take ${g} preferred from b`, `b giveUp ${g} takenOver`] },
] as const) {
  test(`an excluded holder does not hear of it: no third node takes it meanwhile, failback=${failback}`, () => {
    const cluster = running({ failback });
    for (const node of ['b', 'c']) cluster.setGroupsOf(node, { [g]: { candidates: ['b', 'c'] } });
    cluster.run(60_000);
    assert.deepEqual(cluster.takeLog(), log);
  });
}
