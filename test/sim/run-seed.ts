import type { Failback } from '../../speaker/ownership/owned-group.ts';
import { type FaultName, faultNames, planFaults } from './faults.ts';
import { SeededRandom } from './seeded-random.ts';
import { idOf } from './sim-groups.ts';
import { World } from './world.ts';

export const intervalMs = 100;
export const multiplier = 3;

/** All nodes have started, and what they own is placed. */
export const startedMs = 8_000;

/** Once nothing goes wrong any more, so long until each group has one owner for good. See docs/adr/0004. */
export const settlingMs = 8_000;

/** Two may own a group for a pulse interval after they can hear each other, and for what messages take. */
export const overlapMs = intervalMs + 50;

export interface Outcome {
  readonly seed: number;
  readonly world: World;
  /** What must not be; empty where all is well. */
  readonly failures: readonly string[];
}

/**
 * A cluster of random size and policy, random faults, then quiet. All that happens follows from the seed, and from which
 * kinds of faults there may be.
 */
export function runSeed(seed: number, kinds: readonly FaultName[] = faultNames, policy?: Failback): Outcome {
  const random = new SeededRandom(seed ^ 0x5eed);
  const size = random.int(2, 7);
  const names = Array.from({ length: size }, (_, index) => `node-${index + 1}`);
  const policies: readonly Failback[] = ['never', 'never', 'always', { delayMs: 3000 }];
  const drawn = random.pick(policies);
  const failback = policy ?? drawn;
  const groups = Array.from({ length: random.int(1, 4) }, (_, index) => ({
    key: `192.0.2.${index + 1}`,
    candidates: random.some(names),
  }));
  const world = new World({
    seed,
    nodes: names,
    groups,
    failback,
    intervalMs,
    multiplier,
    guardsReplays: true,
    tellsRenewals: true,
  });
  world.tell(`seed ${seed}: ${size} nodes, failback ${JSON.stringify(failback)}, ${JSON.stringify(groups)}`);
  for (const name of names) world.timeline.at(random.between(0, 3000), () => world.start(name));
  world.timeline.run(startedMs);
  const failures = misplaced(world);
  planFaults(
    world,
    faultNames.filter((name) => kinds.includes(name)),
    random.int(1, 10),
    30_000,
  );
  world.timeline.run(38_000);
  world.tell('quiet');
  world.timeline.run(38_000 + settlingMs);
  const settled = world.owners.takes.length;
  const before = ownersOf(world);
  failures.push(...unowned(world));
  world.timeline.run(38_000 + settlingMs + 3000);
  failures.push(...unowned(world));
  if (world.owners.takes.length > settled || JSON.stringify(before) !== JSON.stringify(ownersOf(world))) {
    failures.push('owners change although nothing happens any more');
  }
  failures.push(...needlessTakes(world), ...longOverlaps(world), ...world.abandoned);
  return { seed, world, failures: [...new Set(failures)] };
}

function ownersOf(world: World): readonly (readonly string[])[] {
  return [...world.api.groups].map((group) => world.owners.owners(idOf(group)));
}

/** Groups that are not where the rank puts them, though all have started within a few seconds. */
export function misplaced(world: World): string[] {
  return [...world.api.groups].flatMap(({ key, candidates: [first] }) => {
    const owners = world.owners.owners(key);
    return owners.length === 1 && owners[0] === first
      ? []
      : [`${key} is owned by [${owners}] at first, not by ${first}`];
  });
}

/** Groups that have not exactly one owner, although a candidate lives; and those that are gone and have one. */
function unowned(world: World): string[] {
  const ids = new Set([...world.api.groups].map(idOf));
  const left = [...world.owners.owned()].filter(([id]) => !ids.has(id));
  return [...missing(world), ...left.map(([id, owners]) => `${id} is owned by [${owners}], and is gone`)];
}

function missing(world: World): string[] {
  return [...world.api.groups].flatMap((group) => {
    const { key, candidates } = group;
    const owners = world.owners.owners(idOf(group));
    const able = candidates.filter((name) => world.node(name).works && world.network.linkIsUp(name));
    if (owners.length === Math.min(1, able.length) && owners.every((owner) => candidates.includes(owner))) return [];
    return [`${key} is owned by [${owners}], candidates that live: [${able}]`];
  });
}

function needlessTakes(world: World): readonly string[] {
  return world.owners.takes
    .filter(({ needless }) => needless)
    .map(
      ({ atMs, node, group, reason, owners }) => `${atMs} ${node} takes ${group} (${reason}) from healthy ${owners}`,
    );
}

/** Two that own one group for longer than it takes a pulse and a claim to arrive, although all hear one another. */
function longOverlaps(world: World): readonly string[] {
  const { nowMs } = world.timeline;
  const spans = world.calm.spansUntil(nowMs);
  return world.owners.overlapsUntil(nowMs).flatMap(({ group, owners, fromMs, untilMs }) => {
    const lengths = spans.map((span) => Math.min(untilMs, span.untilMs) - Math.max(fromMs, span.fromMs));
    const longest = Math.max(0, ...lengths);
    return longest <= overlapMs ? [] : [`${fromMs} ${owners} own ${group} together for ${longest} ms`];
  });
}
