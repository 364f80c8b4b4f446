import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  livenessCluster as cluster,
  deaths,
  type LivenessCluster,
  untimed,
} from '../../test/support/liveness-cluster.ts';
import { LivenessNetwork } from '../../test/support/liveness-network.ts';

const expired = { leaseExpired: true };

/** Every 5 s all running speakers' Leases are renewed, and all learn of it 30 ms later. */
function runRenewing({ network, nodes }: LivenessCluster, untilMs: number): void {
  for (let atMs = Math.ceil(network.nowMs / 5_000) * 5_000 + 30; atMs <= untilMs; atMs += 5_000) {
    network.run(atMs);
    for (const node of nodes) {
      for (const other of nodes) if (other !== node) network.tell(node, (one, nowMs) => one.leaseRenewed(other, nowMs));
    }
  }
  network.run(untilMs);
}

test('UDP blocked both ways while the owners answer on the wire: nobody is dead, and it is said within 15 s', () => {
  const both = cluster(3);
  const { network } = both;
  network.holds = () => true;
  network.passes = (from, to) => from !== 'node-01' && to !== 'node-01';
  runRenewing(both, 60_000);
  assert.deepEqual(network.takeLog(), [
    '10030 node-01: pulses of node-02 blocked',
    '10030 node-01: pulses of node-03 blocked',
    '10030 node-02: pulses of node-01 blocked',
    '10030 node-03: pulses of node-01 blocked',
  ]);
  network.setTables(both.nodes, { 'node-01': expired });
  network.run(70_000);
  assert.deepEqual(network.takeLog(), []);
  network.passes = () => true;
  runRenewing(both, 71_000);
  assert.deepEqual(untimed(network.takeLog()), [
    'node-01: pulses of node-02 come again',
    'node-01: pulses of node-03 come again',
    'node-02: pulses of node-01 come again',
    'node-03: pulses of node-01 come again',
  ]);
});

test('of two nodes whose UDP is blocked, the owner stays alive for the other, which goes by its Lease for the owner', () => {
  const both = cluster(2);
  const { network } = both;
  network.holds = (node) => node === 'node-01';
  network.passes = () => false;
  runRenewing(both, 60_000);
  assert.deepEqual(network.takeLog(), [
    '5247 node-01: cut off',
    '5247 node-01: not cut off',
    '5247 node-01: node-02 dead (notHeard)',
    '10030 node-02: pulses of node-01 blocked',
    '15030 node-01: pulses of node-02 blocked',
    '15030 node-01: node-02 probation (leaseRenewed)',
    '17030 node-01: node-02 live (probationOver)',
  ]);
  network.tell('node-01', (one, nowMs) => one.setMembers([network.member('node-02', { leaseExpired: true })], nowMs));
  assert.deepEqual(untimed(network.takeLog()), ['node-01: node-02 dead (notHeard)']);
});

test('a member that nobody heard, and that others hear again, is not blocked any more for whom it does not speak to', () => {
  const both = cluster(8);
  const { network, nodes } = both;
  network.carries = (from) => from !== 'node-01';
  runRenewing(both, 20_000);
  const blocked = nodes.slice(1).map((node) => `${node}: pulses of node-01 blocked`);
  assert.deepEqual(untimed(network.takeLog().filter((line) => line.endsWith('blocked'))), blocked);
  network.carries = () => true;
  network.passes = (_from, _to, message) => message.type !== 'hello' && message.type !== 'welcome';
  runRenewing(both, 20_500);
  assert.deepEqual(
    untimed(network.takeLog().filter((line) => line.includes('pulses'))),
    nodes.slice(1).map((node) => `${node}: pulses of node-01 come again`),
  );
});

test('a renewal that was written before the crash, and is seen after it, brings nobody back', () => {
  const { network } = cluster(3);
  network.crash('node-01');
  network.run(6_000);
  network.takeLog();
  for (const atMs of [6_000, 6_500, 6_999]) {
    network.run(atMs);
    network.tell('node-02', (one, nowMs) => one.leaseRenewed('node-01', nowMs));
  }
  network.run(60_000);
  assert.deepEqual(network.takeLog(), []);
});

for (const { written, agoMs } of [
  { written: 'at the moment of the death', agoMs: 5_900 },
  { written: 'while the cable was out', agoMs: 3_000 },
]) {
  test(`a renewal that was written ${written}, and arrives when the cable is back, does not make its pulses blocked`, () => {
    const { network } = cluster(3);
    const cutMs = network.nowMs;
    network.passes = (from, to) => from !== 'node-01' && to !== 'node-01';
    network.run(cutMs + 6_000);
    network.takeLog();
    // What waited in a socket is seen first, then what is written now; pulses come a moment later.
    for (const ms of [agoMs, 0]) {
      network.tell('node-02', (one, nowMs) => one.leaseRenewed('node-01', nowMs - ms, nowMs));
    }
    network.passes = () => true;
    network.run(cutMs + 10_000);
    const said = untimed(network.takeLog()).filter((line) => line.includes('pulses'));
    assert.deepEqual(said, []);
  });
}

test('who never had pulses that came lives by its Lease, and that is said; it stays dead without one', () => {
  const { network, nodes } = cluster(3);
  network.passes = (from, to) => from !== 'node-04' && to !== 'node-04';
  network.start('node-04');
  const all = { network, nodes: [...nodes, 'node-04'] };
  network.setTables(all.nodes);
  runRenewing(all, 30_000);
  assert.deepEqual(
    untimed(network.takeLog()).filter((line) => line.includes('node-04 ') || line.endsWith('node-04 blocked')),
    [
      ...['node-01: node-04 live (joined)', 'node-01: pulses of node-04 blocked'],
      ...['node-02: node-04 live (joined)', 'node-02: pulses of node-04 blocked'],
      ...['node-03: node-04 live (joined)', 'node-03: pulses of node-04 blocked'],
    ],
  );
  network.setTables(all.nodes, { 'node-04': { leaseExpired: true } });
  assert.deepEqual(
    untimed(network.takeLog()).filter((line) => !line.startsWith('node-04')),
    ['node-01', 'node-02', 'node-03'].map((node) => `${node}: node-04 dead (leaseExpired)`),
  );
});

test('the API server is away, and all Leases expire: who is heard, or answers hellos, lives on', () => {
  const { network, nodes } = cluster(8);
  network.setTables(nodes, Object.fromEntries(nodes.map((node) => [node, expired])));
  network.run(60_000);
  assert.deepEqual(network.takeLog(), []);
  network.crash('node-01');
  network.run(70_000);
  assert.deepEqual(
    untimed(network.takeLog()),
    nodes.slice(1).map((node) => `${node}: node-01 dead (notHeard)`),
  );
});

test('who crashes where suspicions do not arrive is dead once its Lease has expired, too', () => {
  const { network, nodes } = cluster(8);
  network.passes = (_from, _to, message) => message.type !== 'suspect';
  network.crash('node-01');
  network.run(20_000);
  assert.deepEqual(network.takeLog(), []);
  network.setTables(nodes, { 'node-01': expired });
  network.run(24_000);
  assert.deepEqual(
    untimed(network.takeLog()),
    nodes.slice(1).map((node) => `${node}: node-01 dead (leaseExpired)`),
  );
});

test('members without a pulse port live by their Leases alone, and watch nobody', () => {
  const network = new LivenessNetwork();
  const nodes = ['node-01', 'node-02', 'node-03'];
  for (const node of nodes) network.start(node);
  network.setTables(nodes, { 'node-03': { takesPart: false } });
  network.run(10_000);
  assert.deepEqual(network.speaker('node-01').standing('node-03'), 'live');
  assert.equal(network.speaker('node-01').contact('node-03'), false);
  network.takeLog();
  network.setTables(nodes, { 'node-03': { takesPart: false, leaseExpired: true } });
  network.crash('node-02');
  network.run(20_000);
  assert.deepEqual(
    untimed(network.takeLog()).filter((line) => line.startsWith('node-01') && line.includes('dead')),
    ['node-01: node-02 dead (notHeard)', 'node-01: node-03 dead (leaseExpired)'],
  );
});

test('another incarnation of a member without pulses is a death and a return', () => {
  const network = new LivenessNetwork();
  network.start('node-01');
  const member = network.member('node-02', { takesPart: false, incarnation: '01' });
  network.setTable('node-01', [member]);
  network.takeLog();
  network.setTable('node-01', [{ ...member, incarnation: '02' }]);
  assert.deepEqual(network.takeLog(), [
    '0 node-01: node-02 dead (restarted)',
    '0 node-01: node-02 probation (returned)',
  ]);
});

test('without keys all live by their Leases; with keys again they meet again, and nobody was away', () => {
  const { network, nodes } = cluster(3);
  for (const node of nodes) network.tell(node, (one, nowMs) => one.setEnabled(false, nowMs));
  const before = network.datagrams;
  network.run(30_000);
  assert.deepEqual([network.datagrams - before, network.takeLog()], [0, []]);
  assert.equal(network.speaker('node-01').contact('node-02'), false);
  for (const node of nodes) network.tell(node, (one, nowMs) => one.setEnabled(true, nowMs));
  network.run(60_000);
  assert.deepEqual(network.takeLog(), []);
  assert.ok(network.speaker('node-01').contact('node-02'));
});

test('a node that comes to the table changes the ring: new watchers suspect nobody before a full detection time', () => {
  const { network, nodes } = cluster(5);
  network.start('node-06');
  const all = [...nodes, 'node-06'];
  // The others learn of it one after the other, half a second apart.
  for (const node of all.toReversed()) {
    network.setTable(
      node,
      all.map((one) => network.member(one)),
    );
    network.run(network.nowMs + 500);
  }
  network.run(60_000);
  assert.deepEqual(
    untimed(network.takeLog()).filter((line) => !line.endsWith('(joined)')),
    [],
  );
});

test('a node that goes from the table is dead, and its neighbours watch each other instead', () => {
  const { network, nodes } = cluster(5);
  network.crash('node-05');
  const rest = nodes.slice(0, 4);
  network.setTables(rest);
  network.run(10_000);
  assert.deepEqual(
    untimed(network.takeLog()),
    rest.map((node) => `${node}: node-05 dead (removed)`),
  );
  network.crash('node-01');
  network.run(10_312);
  assert.equal(deaths(network.takeLog()).length, 3);
});
