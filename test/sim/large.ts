import { mostDatagramsPerSecond } from './most-datagrams.ts';
import type { SimGroup } from './sim-groups.ts';
import { World } from './world.ts';

const intervalMs = 100;
const multiplier = 3;

/** By then all nodes have met, and each group has its owner. */
const startedMs = 3000;
/** After a crash the nodes that are left own what the others did: the detection time, and what messages take. */
const takeoverMs = intervalMs * multiplier + 30;
/** Two own a group for so long at most. */
const overlapMs = intervalMs + 50;

export interface LargeOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly groups: number;
  /** Of each group; a rack's nodes, say. */
  readonly candidates: number;
}

/** A large cluster, all of which starts at one time. */
function largeWorld({ seed, nodes, groups, candidates }: LargeOptions): World {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const table = Array.from({ length: groups }, (_, index): SimGroup => {
    const key = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    // Every node comes first for as many groups, and shares them with other ones each time.
    const at = (step: number): number => (index + step * (1 + Math.floor(index / nodes))) % nodes;
    return { key, candidates: Array.from({ length: candidates }, (_unused, step) => names[at(step)] ?? '') };
  });
  const world = new World({
    seed,
    nodes: names,
    groups: table,
    failback: 'never',
    intervalMs,
    multiplier,
    guardsReplays: false,
    tellsRenewals: false,
  });
  for (const name of names) world.start(name);
  return world;
}

export interface LargeRun extends LargeOptions {
  /** So many nodes crash at one instant, once all run, and come back later. */
  readonly crashes: number;
  /** Told how it stands, now and then. */
  readonly onStep?: (world: World) => void;
}

/** Starts a large cluster and lets nodes crash and return; returns what must not be. */
export function runLarge({ crashes, onStep, ...options }: LargeRun): readonly string[] {
  const world = largeWorld(options);
  const failures: string[] = [];
  const runTo = (ms: number): void => {
    world.timeline.run(ms);
    onStep?.(world);
    failures.push(...badlyOwned(world));
  };
  world.timeline.run(250);
  onStep?.(world);
  runTo(500);
  runTo(startedMs);
  const victims = world.random.shuffle([...world.nodes.keys()]).slice(0, crashes);
  for (const victim of victims) world.kill(victim);
  runTo(startedMs + takeoverMs);
  runTo(startedMs + 1500);
  const wrong = world.owners.takes.filter(({ atMs, reason }) => atMs > startedMs && reason !== 'ownerNotLive');
  failures.push(...wrong.map(({ node, group, reason }) => `${node} takes ${group} (${reason})`));
  for (const victim of victims) world.start(victim);
  const takes = world.owners.takes.length;
  runTo(startedMs + 4500);
  const taken = world.owners.takes.slice(takes);
  failures.push(...taken.map(({ node, group }) => `${node} takes ${group}, though nobody died`));
  return [...failures, ...noisy(world), ...longOverlaps(world)];
}

function noisy({ nodes, network }: World): readonly string[] {
  const most = mostDatagramsPerSecond(nodes.size, intervalMs);
  return network.busiest > most ? [`a node sends ${network.busiest} datagrams in a second, not ${most}`] : [];
}

function longOverlaps({ owners, timeline }: World): readonly string[] {
  const overlaps = owners.overlapsUntil(timeline.nowMs).filter(({ fromMs, untilMs }) => untilMs - fromMs > overlapMs);
  return overlaps.map(({ group, fromMs, untilMs }) => `two own ${group} from ${fromMs} to ${untilMs}`);
}

/** Groups that have not exactly one owner. */
function badlyOwned(world: World): readonly string[] {
  return [...world.api.groups].flatMap(({ key }) => {
    const owners = world.owners.owners(key);
    return owners.length === 1 ? [] : [`${world.timeline.nowMs} ${key}: [${owners}]`];
  });
}
