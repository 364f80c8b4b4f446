import type { ConfigMap } from '../shared/api/config-map.ts';
import type { IPAddressPool } from '../shared/api/ip-address-pool.ts';
import type { L2Advertisement } from '../shared/api/l2-advertisement.ts';
import type { ApiObject } from '../shared/api/object-meta.ts';

/** What a speaker reads its configuration from. */
export interface ConfigurationObjects {
  readonly pools: readonly IPAddressPool[];
  readonly advertisements: readonly L2Advertisement[];
  readonly configMap: ConfigMap | undefined;
}

export const noObjects: ConfigurationObjects = { pools: [], advertisements: [], configMap: undefined };

/** Decides whether there is no object any more of a kind that had some. */
export function losesKind(before: ConfigurationObjects, now: ConfigurationObjects): boolean {
  const kinds = ['pools', 'advertisements'] as const;
  return kinds.some((kind) => before[kind].length > 0 && now[kind].length === 0);
}

/** What was in force is gone in part. */
export interface Disappearance {
  readonly inForce: ConfigurationObjects;
  /** Those of it that were gone before. */
  readonly gone: ConfigurationObjects;
  readonly now: ConfigurationObjects;
  /** Pools with addresses that are in none any more. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Those in force of which none is left, or was left, and that have not come back yet. A pool whose addresses are all in
 * others by now has come back under another name.
 */
export function stillGone({ inForce, gone, now, lost }: Disappearance): ConfigurationObjects {
  const pools = now.pools.length === 0 ? inForce.pools : withoutNamed(gone.pools, now.pools);
  const none = now.advertisements.length === 0;
  return {
    pools: pools.filter(({ meta }) => lost.has(meta.name)),
    advertisements: none ? inForce.advertisements : withoutNamed(gone.advertisements, now.advertisements),
    configMap: undefined,
  };
}

/** What is there, and what is gone as if it still were. */
export function withGone(now: ConfigurationObjects, gone: ConfigurationObjects): ConfigurationObjects {
  return {
    pools: [...now.pools, ...gone.pools],
    advertisements: [...now.advertisements, ...gone.advertisements],
    configMap: now.configMap,
  };
}

function withoutNamed<T extends ApiObject>(objects: readonly T[], others: readonly T[]): readonly T[] {
  const names = new Set(others.map(({ meta }) => meta.name));
  return objects.filter(({ meta }) => !names.has(meta.name));
}
