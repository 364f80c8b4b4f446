import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livenessCluster as cluster, deaths, untimed } from '../../test/support/liveness-cluster.ts';
import { Ring } from './ring.ts';

for (const size of [2, 3, 5, 40]) {
  test(`${size} nodes meet, nobody is ever suspected, and each sends min(3, n-1) datagrams an interval`, () => {
    const { network, nodes } = cluster(size);
    const before = network.datagrams;
    network.run(65_000);
    assert.equal(network.datagrams - before, 600 * size * Math.min(3, size - 1));
    assert.deepEqual(network.log, []);
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node);
      assert.ok(others.every((other) => network.speaker(node).contact(other)));
      assert.ok(nodes.every((other) => network.speaker(node).standing(other) === 'live'));
    }
  });
}

for (const size of [2, 3, 5, 40]) {
  for (const phaseMs of [0, 29, 58, 87]) {
    test(`of ${size} nodes one crashes, ${phaseMs} ms into an interval: dead for all others 210 to 312 ms later`, () => {
      const { network, nodes } = cluster(size);
      const [first = ''] = nodes;
      network.run(5_000 + phaseMs);
      network.crash(first);
      network.run(60_000);
      const said = deaths(network.log);
      assert.deepEqual(
        untimed(said),
        nodes.slice(1).map((node) => `${node}: ${first}`),
      );
      const afterMs = said.map((line) => Number.parseInt(line, 10) - 5_000 - phaseMs);
      assert.ok(Math.min(...afterMs) >= 209 && Math.max(...afterMs) <= 312, `${afterMs}`);
      assert.ok(Math.max(...afterMs) - Math.min(...afterMs) <= 2, `all within 2 ms: ${afterMs}`);
    });
  }
}

const crashes: readonly { readonly size: number; readonly crashed: number; readonly withinMs: number }[] = [
  { size: 3, crashed: 2, withinMs: 312 },
  { size: 4, crashed: 2, withinMs: 312 },
  { size: 5, crashed: 2, withinMs: 312 },
  { size: 5, crashed: 3, withinMs: 312 },
  { size: 40, crashed: 2, withinMs: 312 },
  // Some have lost all their watchers: whoever stands in for these has another detection time.
  { size: 5, crashed: 4, withinMs: 622 },
  { size: 40, crashed: 12, withinMs: 622 },
];

for (const { size, crashed, withinMs } of crashes) {
  test(`of ${size} nodes ${crashed} crash at once: all of them are dead for all others within ${withinMs} ms`, () => {
    const { network, nodes } = cluster(size);
    network.crash(...nodes.slice(0, crashed));
    network.run(60_000);
    const said = deaths(network.log);
    assert.equal(said.length, crashed * (size - crashed));
    for (const line of said) {
      assert.ok(Number.parseInt(line, 10) <= 5_000 + withinMs, line);
      assert.match(line, new RegExp(`: (${nodes.slice(0, crashed).join('|')})$`));
    }
  });
}

test('of two nodes one dies, and only the gateway answers the other: it is dead within 350 ms', () => {
  const { network } = cluster(2);
  network.apiServerAnswers = () => false;
  network.crash('node-01');
  network.run(60_000);
  assert.deepEqual(network.log, [
    '5247 node-02: cut off',
    '5247 node-02: not cut off',
    '5247 node-02: node-01 dead (notHeard)',
  ]);
});

test('of two nodes one dies, and only the API server answers the other: it is dead 50 ms later', () => {
  const { network } = cluster(2);
  network.gatewayAnswers = () => false;
  network.crash('node-01');
  network.run(60_000);
  assert.deepEqual(network.log, [
    '5247 node-02: cut off',
    '5297 node-02: not cut off',
    '5297 node-02: node-01 dead (notHeard)',
  ]);
});

test('of two nodes one dies, and nobody answers the other: it takes over after 5 s', () => {
  const { network } = cluster(2);
  network.gatewayAnswers = () => false;
  network.apiServerAnswers = () => false;
  network.crash('node-01');
  network.run(60_000);
  assert.deepEqual(network.log, [
    '5247 node-02: cut off',
    '10247 node-02: not cut off',
    '10247 node-02: node-01 dead (notHeard)',
  ]);
});

test('who hears none of those it watches, but other members, is not cut off', () => {
  const { network, nodes } = cluster(8);
  network.gatewayAnswers = () => false;
  network.apiServerAnswers = () => false;
  const [observer = ''] = nodes;
  network.crash(...new Ring(nodes).watchedBy(observer, () => true));
  network.run(5_500);
  assert.equal(deaths(network.log).filter((line) => line.includes(` ${observer}: `)).length, 3);
  assert.equal(network.speaker(observer).cutOff, false);
});

for (const size of [2, 3]) {
  test(`of ${size} nodes one's cable is pulled: it is cut off and takes nothing, the others go on`, () => {
    const { network } = cluster(size);
    const connected = (node: string): boolean => node !== 'node-01';
    network.carries = (from, to) => connected(from) && connected(to);
    network.gatewayAnswers = connected;
    network.apiServerAnswers = connected;
    network.run(5_001);
    network.tell('node-01', (liveness, nowMs) => liveness.setCarrier(false, nowMs));
    network.run(60_000);
    const said = network.takeLog();
    assert.deepEqual(untimed(deaths(said)), ['node-02: node-01', 'node-03: node-01'].slice(0, size - 1));
    assert.equal(said.filter((line) => line.endsWith('node-01: cut off')).length, 1);
    assert.ok(network.speaker('node-01').cutOff);
    network.carries = () => true;
    network.gatewayAnswers = () => true;
    network.tell('node-01', (liveness, nowMs) => liveness.setCarrier(true, nowMs));
    network.run(65_000);
    assert.equal(network.speaker('node-01').cutOff, false);
    const names = ['node-01', 'node-02', 'node-03'].slice(0, size);
    for (const node of names) for (const other of names) assert.equal(network.speaker(node).standing(other), 'live');
  });
}

test('a switch port that dies without taking the carrier: its node keeps what it has, and takes over after 5 s', () => {
  const { network } = cluster(3);
  const connected = (node: string): boolean => node !== 'node-01';
  network.carries = (from, to) => connected(from) && connected(to);
  network.gatewayAnswers = connected;
  network.apiServerAnswers = connected;
  network.run(60_000);
  assert.deepEqual(
    network.log.filter((line) => line.includes(' node-01: ')),
    [
      '5284 node-01: cut off',
      '10284 node-01: not cut off',
      '10284 node-01: node-02 dead (notHeard)',
      '10284 node-01: node-03 dead (notHeard)',
    ],
  );
});

test('of five nodes, two that are separated from three take nothing from each other, and each side goes on', () => {
  const { network, nodes } = cluster(5);
  const side = (node: string): boolean => nodes.indexOf(node) < 2;
  network.carries = (from, to) => side(from) === side(to);
  network.run(30_000);
  for (const node of nodes) {
    for (const other of nodes) {
      assert.equal(network.speaker(node).standing(other), side(node) === side(other) ? 'live' : 'dead');
    }
  }
  network.carries = () => true;
  network.run(40_000);
  for (const node of nodes) for (const other of nodes) assert.equal(network.speaker(node).standing(other), 'live');
});

test('of three nodes one does not hear another any more, but the third does: nobody is dead', () => {
  const { network } = cluster(3);
  network.passes = (from, to) => !(from === 'node-01' && to === 'node-02');
  network.run(60_000);
  assert.deepEqual(network.log, []);
  assert.equal(network.speaker('node-02').contact('node-01'), false);
  network.crash('node-01');
  network.run(60_400);
  assert.deepEqual(deaths(network.log).length, 2, network.log.join('\n'));
});

test('of three nodes one is heard by nobody, but hears the others: it is dead for them, and they are not for it', () => {
  const { network } = cluster(3);
  network.carries = (from) => from !== 'node-01';
  network.run(60_000);
  assert.deepEqual(untimed(deaths(network.log)), ['node-02: node-01', 'node-03: node-01']);
  assert.equal(network.speaker('node-01').cutOff, false);
});
