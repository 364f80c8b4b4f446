import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settlingMs } from '../../speaker/ownership/ownership.ts';
import type { FaultName } from './faults.ts';
import { mostDatagramsPerSecond } from './most-datagrams.ts';
import { intervalMs, runSeed, startedMs } from './run-seed.ts';

interface Kind {
  readonly name: string;
  readonly seeds: number;
  /** The first of them; 1 unless told. */
  readonly from?: number;
  readonly faults?: readonly FaultName[];
}

const kinds: readonly Kind[] = [
  { name: 'everything goes wrong', seeds: 1_500 },
  { name: 'nodes crash, stop and start', seeds: 120, faults: ['kill', 'leave'] },
  { name: 'nodes restart while somebody replays their messages', seeds: 120, faults: ['kill', 'replay'] },
  { name: 'the network falls apart', seeds: 500, faults: ['partition', 'oneWay', 'port', 'link'] },
  {
    // 686: the API server goes away between two nodes' hearing of a change.
    ...{ name: 'administrators change their minds while nodes restart', from: 600, seeds: 120 },
    faults: ['configure', 'leave', 'api'],
  },
  {
    name: 'Services come, go and change their groups while nodes crash and are forgotten',
    seeds: 120,
    faults: ['remove', 'create', 'regroup', 'advertise', 'forget', 'kill'],
  },
  {
    // 533: the API server goes away between the deletion of a Lease and the news of the next one.
    ...{ name: 'Leases are deleted while nodes and the API server come and go', from: 440, seeds: 120 },
    faults: ['kill', 'leave', 'api', 'forget'],
  },
];

for (const [index, { name, seeds, from = 1, faults }] of kinds.entries()) {
  test(`${name}: one owner each in the end, never two for long, none taken needlessly`, () => {
    const failed: string[] = [];
    let takeovers = 0;
    for (let seed = from; seed < from + seeds; seed += 1) {
      const { world, failures } = runSeed(seed, faults);
      takeovers += world.owners.takes.length;
      const most = mostDatagramsPerSecond(world.nodes.size, intervalMs);
      const noisy = world.network.busiest > most ? [`${world.network.busiest} datagrams in a second, not ${most}`] : [];
      const replay = `node test/sim/main.ts --seed ${seed}${faults === undefined ? '' : ` --faults ${faults}`}`;
      if (failures.length + noisy.length > 0) failed.push(`${[...failures, ...noisy].join('; ')}: ${replay}`);
    }
    assert.deepEqual(failed, []);
    assert.ok(takeovers > seeds, `kind ${index}: ${takeovers} takeovers in ${seeds} schedules`);
  });
}

test('the order in which faults are named does not matter: what is found by one is run again by another', () => {
  const stories = [runSeed(3, ['api', 'leave', 'kill']), runSeed(3, ['kill', 'leave', 'api'])].map(
    ({ world }) => world.story,
  );
  assert.deepEqual(stories[0], stories[1]);
});

test('with failback=never who comes back takes nothing that runs elsewhere', () => {
  let takes = 0;
  for (let seed = 1; seed <= 150; seed += 1) {
    const { world } = runSeed(seed, ['kill', 'leave'], 'never');
    const tookMs = new Map<string, number>();
    for (const { node, group, owners, reason, atMs } of world.owners.takes) {
      takes += 1;
      const heldForMs = atMs - (tookMs.get(group) ?? atMs);
      tookMs.set(group, atMs);
      // Who has only just started, and took what nobody served, hands over to one that starts a little later.
      const isPlaced = reason === 'placedByRank' && heldForMs <= settlingMs;
      const isRight = owners.length === 0 || reason === 'ownerLeaving' || isPlaced;
      assert.ok(isRight, `seed ${seed}: ${atMs} ${node} takes ${group} from ${owners} (${reason})`);
    }
  }
  assert.ok(takes > 600, `${takes}`);
});

test('nothing moves when Leases are deleted, whether or not the API server is there', () => {
  let deleted = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const { world } = runSeed(seed, ['forget', 'api']);
    deleted += world.story.filter((line) => line.endsWith('is deleted')).length;
    const late = world.owners.takes.filter(({ atMs }) => atMs > startedMs);
    assert.deepEqual(late, [], `seed ${seed}`);
  }
  assert.ok(deleted > 200, `${deleted}`);
});
