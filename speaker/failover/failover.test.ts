import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type WorldOptions } from '../../test/sim/world.ts';
import { leasesAlone } from '../datapath/datapath-message.ts';
import { nodeIdOf } from '../liveness/node-id.ts';
import { Failover } from './failover.ts';

const g = '192.0.2.1';
const nodes = ['a', 'b', 'c'];

/** Three nodes that have run for long enough; the first holds the group. */
function running(options: Partial<WorldOptions> = {}): World {
  const world = new World({
    seed: 1,
    nodes,
    groups: [{ key: g, candidates: nodes }],
    failback: 'never',
    intervalMs: 100,
    multiplier: 3,
    guardsReplays: true,
    tellsRenewals: true,
    ...options,
  });
  for (const node of options.nodes ?? nodes) world.start(node);
  world.timeline.run(10_000);
  assert.deepEqual(world.owners.owners(g), ['a']);
  assert.deepEqual(
    world.owners.takes.map(({ node }) => node),
    ['a'],
  );
  return world;
}

/** What happened since, with the times after that. */
function since(world: World, atMs: number): readonly string[] {
  return world.story.filter((line) => Number(line.split(' ')[0]) > atMs).map((line) => line.replace(/^\d+ /, ''));
}

test('three that start together have one owner, and each knows who it is', () => {
  const world = running();
  assert.deepEqual(
    nodes.map((node) => world.node(node).holderOf(g)),
    ['a', 'a', 'a'],
  );
});

test('when the owner dies, the next takes it within its detection time and two messages', () => {
  const world = running();
  world.kill('a');
  world.timeline.run(10_315);
  assert.deepEqual(world.owners.owners(g), ['b']);
  assert.equal(world.owners.takes.at(-1)?.reason, 'ownerNotLive');
});

test('the same with an interval of 20 ms', () => {
  const world = running({ intervalMs: 20 });
  world.kill('a');
  world.timeline.run(10_066);
  assert.deepEqual(world.owners.owners(g), ['b']);
});

test('with two nodes, the gateway proves that the other one is the dead one', () => {
  const world = running({ nodes: ['a', 'b'] });
  world.api.setUp(false);
  world.kill('a');
  world.timeline.run(10_350);
  assert.deepEqual(world.owners.owners(g), ['b']);
});

test('a node whose cable is pulled gives up at once, and takes nothing', () => {
  const world = running();
  world.setLink('a', false);
  assert.deepEqual(world.owners.owners(g), []);
  world.timeline.run(60_000);
  assert.deepEqual(world.owners.owners(g), ['b']);
  assert.deepEqual(
    world.owners.takes.map(({ node }) => node),
    ['a', 'b'],
  );
});

for (const [backMs, text] of [
  [10_320, 'just after it was replaced'],
  [10_500, 'a while after it was replaced'],
] as const) {
  test(`an owner whose cable was pulled, and is back ${text}, takes nothing back`, () => {
    const world = running();
    world.setLink('a', false);
    world.timeline.at(backMs, () => world.setLink('a', true));
    world.timeline.run(60_000);
    assert.deepEqual(
      world.owners.takes.map(({ node }) => node),
      ['a', 'b'],
    );
  });
}

test('an owner whose cable was pulled, and is back before anybody noticed, or a moment before the others do, leaves one owner', () => {
  for (const backMs of [10_001, 10_100, 10_250, 10_300, 10_310]) {
    const world = running();
    world.setLink('a', false);
    world.timeline.at(backMs, () => world.setLink('a', true));
    world.timeline.run(60_000);
    assert.equal(world.owners.owners(g).length, 1, `back at ${backMs}`);
    assert.deepEqual(world.owners.overlapsUntil(60_000), [], `back at ${backMs}`);
  }
});

test('UDP is blocked for the owner while all else works: nobody takes anything, and all say so', () => {
  const world = running();
  world.network.setUdpBlocked('a', true);
  world.timeline.run(60_000);
  assert.deepEqual(world.owners.takes.length, 1);
  const said = since(world, 10_000).filter((line) => line.includes('blocked'));
  assert.ok(said.includes('b: pulses of a blocked') && said.includes('c: pulses of a blocked'), said.join('\n'));
});

for (const apiIsUp of [true, false]) {
  test(`the owner dies${apiIsUp ? '' : ' while the API server is away'}, and the next in rank is known by its Lease alone: who is heard takes over, and keeps it`, () => {
    const world = running();
    world.network.setUdpBlocked('b', true);
    world.timeline.run(25_000);
    world.api.setUp(apiIsUp);
    world.kill('a');
    world.timeline.run(25_320);
    assert.deepEqual(world.owners.owners(g), ['c']);
    world.timeline.at(40_000, () => world.api.setUp(true));
    world.timeline.run(80_000);
    assert.deepEqual(world.owners.owners(g), ['c']);
    assert.equal(world.owners.takes.length, 2);
    assert.deepEqual(world.owners.overlapsUntil(80_000), []);
  });
}

test('the same, and the owner is back before its Lease expires: who has taken over keeps it', () => {
  const world = running();
  world.network.setUdpBlocked('b', true);
  world.timeline.run(25_000);
  world.kill('a');
  world.timeline.at(26_000, () => world.start('a'));
  world.timeline.run(80_000);
  assert.deepEqual(world.owners.owners(g), ['c']);
  assert.equal(world.owners.takes.length, 2);
});

test('a node whose UDP is blocked dies: the outage is told from its last renewal, not from its last pulse', () => {
  const world = running();
  world.network.setUdpBlocked('a', true);
  world.timeline.at(41_000, () => world.kill('a'));
  world.timeline.run(80_000);
  const told = since(world, 41_000).find((line) => line.startsWith('b takes'));
  const afterMs = Number(told?.match(/from a, ([0-9.]+) ms/)?.[1]);
  assert.ok(afterMs >= 15_000 && afterMs <= 15_300, `${told}`);
});

test('a speaker that stops in order hands over first: there is no moment without an owner', () => {
  const world = running();
  world.leave('a');
  for (let ms = 10_000; ms < 12_000; ms += 1) {
    world.timeline.run(ms);
    assert.ok(world.owners.owners(g).length > 0, `at ${ms}`);
  }
  assert.deepEqual(world.owners.owners(g), ['b']);
  assert.equal(world.node('a').runs, false);
});

test('a rolling update of all nodes leaves no moment without an owner, and never two for long', () => {
  const world = running();
  for (const [index, node] of nodes.entries()) {
    world.timeline.at(10_000 + index * 10_000, () => world.leave(node));
    world.timeline.at(15_000 + index * 10_000, () => world.start(node));
  }
  for (let ms = 10_000; ms < 50_000; ms += 5) {
    world.timeline.run(ms);
    assert.ok(world.owners.owners(g).length > 0, `at ${ms}`);
  }
  const longest = Math.max(...world.owners.overlapsUntil(50_000).map(({ fromMs, untilMs }) => untilMs - fromMs));
  assert.ok(longest <= 5, `${longest} ms`);
});

test('while the API server is away a crash is no slower, and who comes back learns who holds what', () => {
  const world = running();
  world.timeline.run(20_000);
  world.api.setUp(false);
  world.kill('a');
  world.timeline.run(20_315);
  assert.deepEqual(world.owners.owners(g), ['b']);
  // All Leases are stale by now.
  world.timeline.run(60_000);
  world.start('a');
  world.timeline.run(70_000);
  world.api.setUp(true);
  world.timeline.run(90_000);
  assert.deepEqual(world.owners.owners(g), ['b']);
  assert.equal(world.owners.takes.length, 2);
});

test('an owner that stalls for longer than its detection time finds another one when it goes on, and lets it be', () => {
  const world = running();
  world.node('a').stall(3000);
  world.timeline.run(20_000);
  assert.deepEqual(world.owners.owners(g), ['b']);
  assert.equal(world.owners.takes.length, 2);
});

for (const lastsMs of [5000, 40_000]) {
  test(`a partition of ${lastsMs} ms heals: one of the two owners gives up within a pulse interval`, () => {
    const world = running();
    world.network.part([[], ['a']]);
    const healMs = 10_000 + lastsMs;
    world.timeline.run(healMs);
    assert.deepEqual(world.owners.owners(g), ['a', 'b']);
    world.network.part([]);
    world.timeline.run(healMs + 105);
    assert.equal(world.owners.owners(g).length, 1);
    const takes = world.owners.takes.length;
    world.timeline.run(healMs + 30_000);
    assert.equal(world.owners.takes.length, takes);
  });
}

test('an owner that is cut off while one comes back that it holds for dead, and takes over, is one of two for no longer', () => {
  const names = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5', 'node-6', 'node-7'];
  const groups = [{ key: g, candidates: ['node-5', 'node-7'] }];
  for (let seed = 1; seed <= 20; seed += 1) {
    const world = new World({
      ...{ seed, nodes: names, groups, failback: 'never', intervalMs: 100, multiplier: 3 },
      ...{ guardsReplays: true, tellsRenewals: true },
    });
    for (const name of names) world.start(name);
    world.timeline.run(10_000);
    world.node('node-7').stall(1800);
    world.timeline.at(11_500, () => world.network.part([[], ['node-5']]));
    world.timeline.at(12_100, () => world.network.part([]));
    world.timeline.run(30_000);
    const [last] = world.owners.overlapsUntil(30_000);
    assert.ok(last !== undefined && last.untilMs > 12_100 && last.untilMs <= 12_250, `seed ${seed}: ${last?.untilMs}`);
  }
});

test('keys that go and come back, at different times on each node, move nothing', () => {
  const world = running();
  const enable = (node: string, keys: boolean): void =>
    world.node(node).tell((machine, nowMs) => machine.setEnabled(keys, nowMs));
  for (const [index, node] of nodes.entries()) {
    world.timeline.at(10_000 + index * 300, () => enable(node, false));
    world.timeline.at(30_000 + index * 300, () => enable(node, true));
  }
  world.timeline.run(60_000);
  assert.deepEqual([world.owners.owners(g), world.owners.takes.length], [['a'], 1]);
  // And again by pulses.
  world.kill('a');
  world.timeline.run(60_315);
  assert.deepEqual(world.owners.owners(g), ['b']);
});

test('all that leave at once end at once: nobody waits for a taker', () => {
  const world = running();
  for (const node of nodes) world.leave(node);
  world.timeline.run(10_010);
  assert.deepEqual(
    nodes.filter((node) => world.node(node).runs),
    [],
  );
});

test('with failback=always an owner that crashes again and again loses it each time, and gets it back after its probation', () => {
  const world = running({ failback: 'always' });
  for (let ms = 10_000; ms < 40_000; ms += 5000) {
    world.timeline.at(ms, () => world.kill('a'));
    world.timeline.at(ms + 1000, () => world.start('a'));
  }
  world.timeline.run(60_000);
  const reasons = world.owners.takes.slice(1).map(({ node, reason }) => `${node} ${reason}`);
  assert.deepEqual(reasons, Array.from({ length: 6 }, () => ['b ownerNotLive', 'a preferred']).flat());
  const longest = Math.max(...world.owners.overlapsUntil(60_000).map(({ fromMs, untilMs }) => untilMs - fromMs));
  assert.ok(longest <= 5, `${longest} ms`);
});

test('all lose power while the second one holds it: it is the one again, not the first', () => {
  const world = running();
  world.kill('a');
  world.timeline.run(20_000);
  for (const node of ['b', 'c']) world.kill(node);
  world.timeline.at(21_000, () => {
    for (const node of nodes) world.start(node);
  });
  world.timeline.run(40_000);
  assert.deepEqual([world.owners.owners(g), world.owners.takes.length], [['b'], 3]);
});

test('without keys the Leases decide', () => {
  const world = running({ keys: false });
  world.kill('a');
  world.timeline.run(24_000);
  assert.deepEqual(world.owners.owners(g), []);
  world.timeline.run(26_000);
  assert.deepEqual(world.owners.owners(g), ['b']);
});

test('without keys a speaker waits a second for them, unless it is alone', () => {
  const takesAtMs = (others: readonly string[]): number | undefined => {
    const failover = new Failover({ ...leasesAlone, self: 'a', failback: 'never', nonce: () => '', wallMs: () => 0 });
    const members = others.map((node) => ({ node, takesPart: true, incarnation: '', leaseExpired: false }));
    failover.setTable(members, [{ key: g, candidates: ['a', ...others], able: true, holder: undefined }], 0);
    for (let nowMs = 0; nowMs <= 5_000; nowMs += 100) {
      failover.advance(nowMs);
      if (failover.holds(g)) return nowMs;
    }
    return undefined;
  };
  assert.deepEqual([takesAtMs([]), takesAtMs(['b'])], [0, 1_000]);
});

test('claims of an incarnation that has not proved that it runs are without effect', () => {
  const world = running();
  const header = { sender: nodeIdOf('b'), incarnation: '0123456789abcdef', sequence: 1 };
  const entries = [{ group: g, epoch: 99, state: 'held' as const }];
  world.node('a').receive({ header, message: { type: 'claims', version: 1, since: 0, part: 0, parts: 1, entries } });
  world.timeline.run(15_000);
  assert.deepEqual(world.owners.owners(g), ['a']);
  assert.equal(world.owners.takes.length, 1);
});
