import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livenessCluster as cluster, deaths, untimed } from '../../test/support/liveness-cluster.ts';
import type { LivenessNetwork } from '../../test/support/liveness-network.ts';

/** What they said of the node, without times. */
function saidOf(network: LivenessNetwork, node: string): readonly string[] {
  return untimed(network.takeLog()).filter((line) => line.includes(`: ${node} `));
}

test('a speaker that restarts within a detection time: the former incarnation is dead, the new one on probation', () => {
  const { network, nodes } = cluster(3);
  network.crash('node-01');
  network.run(5_200);
  network.start('node-01');
  network.setTable(
    'node-01',
    nodes.map((node) => network.member(node)),
  );
  network.run(60_000);
  assert.deepEqual(
    network.takeLog().filter((line) => line.includes(': node-01 ')),
    [
      '5200 node-01: node-01 probation (returned)',
      '5201 node-02: node-01 dead (restarted)',
      '5201 node-02: node-01 probation (returned)',
      '5201 node-03: node-01 dead (restarted)',
      '5201 node-03: node-01 probation (returned)',
      '7200 node-01: node-01 live (probationOver)',
      '7201 node-02: node-01 live (probationOver)',
      '7201 node-03: node-01 live (probationOver)',
    ],
  );
});

test('a speaker that returns after its death is on probation for 2 s, and knows it', () => {
  const { network, nodes } = cluster(3);
  network.crash('node-01');
  network.run(9_000);
  network.takeLog();
  network.start('node-01');
  network.setTable(
    'node-01',
    nodes.map((node) => network.member(node)),
  );
  network.run(60_000);
  assert.deepEqual(
    network.takeLog().filter((line) => line.includes(': node-01 ')),
    [
      '9000 node-01: node-01 probation (returned)',
      '9001 node-02: node-01 probation (returned)',
      '9001 node-03: node-01 probation (returned)',
      '11000 node-01: node-01 live (probationOver)',
      '11001 node-02: node-01 live (probationOver)',
      '11001 node-03: node-01 live (probationOver)',
    ],
  );
});

test('a new incarnation that the table tells first, with its pulses blocked, is on probation, too', () => {
  const { network, nodes } = cluster(3);
  network.crash('node-01');
  network.run(9_000);
  network.takeLog();
  network.passes = (from, to) => from !== 'node-01' && to !== 'node-01';
  network.start('node-01');
  network.setTables(nodes);
  network.run(60_000);
  assert.deepEqual(saidOf(network, 'node-01'), [
    'node-02: node-01 live (probationOver)',
    'node-02: node-01 probation (returned)',
    'node-03: node-01 live (probationOver)',
    'node-03: node-01 probation (returned)',
  ]);
});

test('an older incarnation in a table that is late changes nothing', () => {
  const { network, nodes } = cluster(3);
  network.crash('node-01');
  network.run(5_200);
  network.start('node-01');
  network.setTable(
    'node-01',
    nodes.map((node) => network.member(node)),
  );
  network.run(20_000);
  network.takeLog();
  const late = nodes.map((node) => network.member(node, node === 'node-01' ? { incarnation: 'ffffffffffffffff' } : {}));
  network.setTable('node-02', late);
  network.run(60_000);
  assert.deepEqual(network.log, []);
});

test('a node that flaps is dead once for each absence, and never live in between', () => {
  const { network, nodes } = cluster(3);
  for (const atMs of [6_000, 7_000, 8_000]) {
    network.crash('node-01');
    network.run(atMs - 100);
    network.start('node-01');
    network.setTable(
      'node-01',
      nodes.map((node) => network.member(node)),
    );
    network.run(atMs);
  }
  assert.deepEqual(untimed(network.takeLog().filter((line) => line.includes(' node-02: node-01 '))), [
    ...Array.from({ length: 3 }, () => 'node-02: node-01 dead (notHeard)'),
    ...Array.from({ length: 3 }, () => 'node-02: node-01 probation (returned)'),
  ]);
  network.run(60_000);
  assert.equal(network.speaker('node-02').standing('node-01'), 'live');
});

test('a node that is cut and heals is told by its probation that it was away', () => {
  const { network } = cluster(3);
  network.carries = (from, to) => from !== 'node-01' && to !== 'node-01';
  network.run(10_000);
  network.takeLog();
  network.carries = () => true;
  network.run(60_000);
  const said = network.takeLog();
  assert.deepEqual(untimed(said.filter((line) => line.includes(': node-01 '))), [
    'node-01: node-01 live (probationOver)',
    'node-01: node-01 probation (returned)',
    'node-02: node-01 live (probationOver)',
    'node-02: node-01 probation (returned)',
    'node-03: node-01 live (probationOver)',
    'node-03: node-01 probation (returned)',
  ]);
  for (const line of said.filter((one) => one.endsWith('(returned)')))
    assert.ok(Number.parseInt(line, 10) <= 10_101, line);
});

test('a node that heals is live for all again, also where no other node can say so', () => {
  const { network, nodes } = cluster(6);
  network.carries = (from, to) => from !== 'node-01' && to !== 'node-01';
  network.run(8_000);
  network.carries = () => true;
  network.passes = (_from, _to, message) => message.type !== 'alive';
  network.run(9_500);
  for (const node of nodes) assert.notEqual(network.speaker(node).standing('node-01'), 'dead');
});

test('who leaves is leaving for all at once, and dead when it falls silent', () => {
  const { network } = cluster(5);
  network.tell('node-01', (liveness, nowMs) => liveness.leave(nowMs));
  assert.equal(network.speaker('node-01').standing('node-01'), 'leaving');
  network.run(5_001);
  const others = ['node-02', 'node-03', 'node-04', 'node-05'];
  assert.deepEqual(saidOf(network, 'node-01'), [
    'node-01: node-01 leaving (leaving)',
    ...others.map((node) => `${node}: node-01 leaving (leaving)`),
  ]);
  network.run(7_000);
  network.crash('node-01');
  network.run(60_000);
  assert.deepEqual(
    saidOf(network, 'node-01'),
    others.map((node) => `${node}: node-01 dead (left)`),
  );
});

test('leaving is known to all even where two of three messages are lost', () => {
  const { network, nodes } = cluster(5);
  let lost = 0;
  network.passes = (_from, _to, message) => {
    if (message.type === 'leave') lost += 1;
    return message.type !== 'leave' || lost > 2 * (nodes.length - 1);
  };
  network.tell('node-01', (liveness, nowMs) => liveness.leave(nowMs));
  network.run(5_250);
  for (const node of nodes) assert.equal(network.speaker(node).standing('node-01'), 'leaving');
});

test('with 100 ms × 3 and 20 ms × 3 in one cluster, each is watched by its own timing', () => {
  const slow = { intervalMs: 100, multiplier: 3 };
  const fast = { intervalMs: 20, multiplier: 3 };
  const { network } = cluster(4, [slow, fast, slow, fast]);
  network.run(30_000);
  assert.deepEqual(network.takeLog(), []);
  network.crash('node-02');
  network.run(30_070);
  assert.deepEqual(untimed(deaths(network.takeLog())), ['node-01: node-02', 'node-03: node-02', 'node-04: node-02']);
  network.run(40_000);
  network.crash('node-01');
  network.run(40_200);
  assert.deepEqual(deaths(network.takeLog()), []);
  network.run(40_312);
  assert.deepEqual(untimed(deaths(network.takeLog())), ['node-03: node-01', 'node-04: node-01']);
});

test('a watcher that stalls for 3 s suspects nobody, since it drains its sockets first; the others take it for dead', () => {
  const { network } = cluster(3);
  network.stall('node-01');
  network.run(8_000);
  assert.deepEqual(untimed(network.takeLog()), [
    'node-02: node-01 dead (notHeard)',
    'node-03: node-01 dead (notHeard)',
  ]);
  network.resume('node-01');
  network.run(60_000);
  assert.deepEqual(untimed(network.takeLog()), [
    'node-01: node-01 live (probationOver)',
    'node-01: node-01 probation (returned)',
    'node-02: node-01 live (probationOver)',
    'node-02: node-01 probation (returned)',
    'node-03: node-01 live (probationOver)',
    'node-03: node-01 probation (returned)',
  ]);
});

for (const size of [2, 3, 5]) {
  test(`of ${size} nodes one stalls for 200 ms, at any phase of its pulses: nobody is dead`, () => {
    const { network } = cluster(size);
    for (let round = 0; round < 100; round += 1) {
      network.run(5_000 + round * 1_001);
      network.stall('node-01');
      network.run(5_200 + round * 1_001);
      network.resume('node-01');
    }
    network.run(120_000);
    assert.deepEqual(network.log, []);
  });
}
