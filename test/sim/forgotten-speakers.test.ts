import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';

function worldOf(...names: readonly string[]): World {
  const world = new World({
    seed: 1,
    nodes: names,
    groups: [],
    failback: 'never',
    intervalMs: 100,
    multiplier: 3,
    guardsReplays: true,
    tellsRenewals: true,
  });
  for (const name of names) if (name !== 'late') world.start(name);
  world.timeline.run(10_000);
  return world;
}

/** `late` has its first table, and the API server goes away before `one` hears of it. */
function withStranger(): World {
  const world = worldOf('one', 'late');
  world.start('late');
  for (let ms = 10_001; world.api.beganMs('late') === Number.POSITIVE_INFINITY; ms += 1) world.timeline.run(ms);
  world.api.setUp(false);
  return world;
}

function calmForMs(world: World): number {
  return world.calm.ageMs(world.timeline.nowMs);
}

test('nobody is blamed while a node that runs does not know another one, until it is told', () => {
  const world = withStranger();
  world.timeline.run(20_000);
  assert.equal(calmForMs(world), 0);
  world.api.setUp(true);
  world.timeline.run(30_000);
  assert.ok(calmForMs(world) > 9000, `${calmForMs(world)}`);
});

test('what a node does not know that is down excuses nobody, though the API server goes away', () => {
  const world = worldOf('one', 'two', 'late');
  world.kill('two');
  world.start('late');
  world.timeline.run(15_000);
  world.api.setUp(false);
  world.timeline.run(20_000);
  assert.equal(calmForMs(world), 20_000);
});

test('the excuse ends with the one that does not know the other, and with that other', () => {
  for (const ending of ['one', 'late']) {
    const world = withStranger();
    world.timeline.run(20_000);
    world.kill(ending);
    world.timeline.run(25_000);
    assert.equal(calmForMs(world), 5000);
  }
});
