import { World } from './world.ts';

export interface SteadyOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly hours: number;
  readonly loss: number;
  /** Each node stalls for so long, about once a minute; 0: never. */
  readonly stallMs?: number;
}

export interface SteadyOutcome {
  readonly world: World;
  /** How often a node was found dead, in anybody's eyes, each death once. */
  readonly deaths: number;
  /** How often a group was taken, after the start. */
  readonly takeovers: number;
}

const startMs = 10_000;
const minuteMs = 60_000;

/** A cluster that works, for hours, on a network that loses messages. Every node holds one group. */
export function runSteady({ seed, nodes, hours, loss, stallMs = 0 }: SteadyOptions): SteadyOutcome {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const groups = names.map((name, index) => ({
    key: `192.0.2.${index + 1}`,
    candidates: [name, ...names.filter((other) => other !== name)],
  }));
  const timing = { intervalMs: 100, multiplier: 3 };
  const world = new World({
    seed,
    nodes: names,
    groups,
    failback: 'never',
    guardsReplays: false,
    tellsRenewals: true,
    ...timing,
  });
  for (const name of names) world.start(name);
  world.timeline.run(startMs);
  world.network.setConditions({ loss, maxDelayMs: 2 });
  if (stallMs > 0) for (const name of names) stallNowAndThen(world, name, stallMs);
  world.timeline.run(startMs + hours * 60 * minuteMs);
  const later = world.story.filter((line) => Number(line.split(' ')[0]) > startMs);
  const dead = later.filter((line) => line.includes('memberDown')).map(deathOf);
  return {
    world,
    deaths: new Set(dead).size,
    takeovers: world.owners.takes.filter(({ atMs }) => atMs > startMs).length,
  };
}

function stallNowAndThen(world: World, name: string, stallMs: number): void {
  world.timeline.after(world.random.between(0, 2 * minuteMs), () => {
    world.node(name).stall(stallMs);
    stallNowAndThen(world, name, stallMs);
  });
}

/** Which node, and in which ten seconds: several see one death. */
function deathOf(line: string): string {
  const [atMs, , , node] = line.split(' ');
  return `${node} ${Math.floor(Number(atMs) / 10_000)}`;
}
