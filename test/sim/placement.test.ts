import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseMs } from './api-server.ts';
import { misplaced } from './run-seed.ts';
import { SeededRandom } from './seeded-random.ts';
import { World } from './world.ts';

const seeds = 60;
/** Nodes start within this of one another. */
const spreadMs = 10_000;
/** The last of them has met all others by then. */
const settledMs = 2_000;

/** Two to seven nodes that start for the first time, at any moment of the spread. */
function starting(seed: number): { readonly world: World; readonly random: SeededRandom } {
  const random = new SeededRandom(seed);
  const nodes = Array.from({ length: random.int(2, 7) }, (_, index) => `node-${index + 1}`);
  const groups = Array.from({ length: 6 }, (_, index) => ({
    key: `192.0.2.${index + 1}`,
    candidates: random.shuffle(nodes),
  }));
  const world = new World({
    ...{ seed, nodes, groups, failback: 'never', intervalMs: 100, multiplier: 3 },
    ...{ guardsReplays: false, tellsRenewals: true },
  });
  startAll(world, random);
  return { world, random };
}

function startAll(world: World, random: SeededRandom): void {
  const { timeline } = world;
  for (const name of world.nodes.keys()) {
    timeline.at(timeline.nowMs + random.between(0, spreadMs), () => world.start(name));
  }
}

/** Who owns each group; several where it is not one. */
function owners(world: World): ReadonlyMap<string, string> {
  return new Map(Array.from(world.api.groups, ({ key }) => [key, world.owners.owners(key).join()]));
}

test('nodes that start within ten seconds share the addresses as the rank says, without a gap once one is served', () => {
  let moves = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { world } = starting(seed);
    const served = new Set<string>();
    for (let ms = 0; ms <= spreadMs + settledMs; ms += 5) {
      world.timeline.run(ms);
      for (const [key, owner] of owners(world)) {
        if (owner !== '') served.add(key);
        assert.ok(owner !== '' || !served.has(key), `seed ${seed}: ${key} has no owner at ${ms}`);
      }
    }
    assert.deepEqual(misplaced(world), [], `seed ${seed}`);
    moves += world.owners.takes.filter(({ reason }) => reason === 'placedByRank').length;
    const takes = world.owners.takes.length;
    world.timeline.run(60_000);
    assert.equal(world.owners.takes.length, takes, `seed ${seed}: all is as it was`);
  }
  assert.ok(moves > seeds, `${moves} moves`);
});

test('after a loss of power each address is with the node that held it, or with the first', () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { world, random } = starting(seed);
    world.timeline.run(50_000);
    // One is away for a while, so that not all is where the rank puts it.
    const absent = random.pick([...world.nodes.keys()]);
    world.kill(absent);
    world.timeline.run(60_000);
    world.start(absent);
    world.timeline.run(100_000);
    const before = owners(world);
    for (const name of world.nodes.keys()) world.kill(name);
    world.timeline.run(101_000 + leaseMs);
    startAll(world, random);
    world.timeline.run(101_000 + leaseMs + spreadMs + 5000);
    for (const { key, candidates } of world.api.groups) {
      const owner = owners(world).get(key);
      const expected = [before.get(key), candidates[0]];
      assert.ok(expected.includes(owner), `seed ${seed}: ${key} is with ${owner}, not with one of ${expected}`);
    }
  }
});

test('who returns while the others have only just started takes nothing back', () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { world, random } = starting(seed);
    world.timeline.run(spreadMs + settledMs);
    const victim = random.pick([...world.nodes.keys()]);
    world.kill(victim);
    world.timeline.run(15_000);
    const takes = world.owners.takes.length;
    world.timeline.at(random.between(15_000, 25_000), () => world.start(victim));
    world.timeline.run(60_000);
    assert.deepEqual(world.owners.takes.slice(takes), [], `seed ${seed}`);
  }
});
