import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badlyOwned, largeWorld } from './large.ts';

for (const seed of [1, 2]) {
  test(`seed ${seed}: 100 nodes, of which ten crash at one instant: their addresses have new owners`, () => {
    const world = largeWorld({ seed, nodes: 100, groups: 500, candidates: 12 });
    world.timeline.run(3000);
    assert.deepEqual(badlyOwned(world), []);
    const victims = world.random.shuffle([...world.nodes.keys()]).slice(0, 10);
    for (const victim of victims) world.kill(victim);
    world.timeline.run(4500);
    assert.deepEqual(badlyOwned(world), []);
    assert.deepEqual(
      world.owners.takes.filter(({ reason, atMs }) => atMs > 3000 && reason !== 'ownerNotLive'),
      [],
    );
    for (const victim of victims) world.start(victim);
    const takes = world.owners.takes.length;
    world.timeline.run(8000);
    assert.deepEqual(badlyOwned(world), []);
    assert.equal(world.owners.takes.length, takes, 'who comes back takes nothing');
  });
}
