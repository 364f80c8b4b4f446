import type { SimGroup } from './api-server.ts';
import { World } from './world.ts';

export interface LargeOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly groups: number;
  /** Of each group; a rack's nodes, say. */
  readonly candidates: number;
}

/** A large cluster, all of which starts at one time. */
export function largeWorld({ seed, nodes, groups, candidates }: LargeOptions): World {
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
    intervalMs: 100,
    multiplier: 3,
    guardsReplays: false,
    tellsRenewals: false,
  });
  for (const name of names) world.start(name);
  return world;
}

/** Groups that have not exactly one owner. */
export function badlyOwned(world: World): readonly string[] {
  return [...world.api.groups].flatMap(({ key }) => {
    const owners = world.owners.owners(key);
    return owners.length === 1 ? [] : [`${key}: [${owners}]`];
  });
}
