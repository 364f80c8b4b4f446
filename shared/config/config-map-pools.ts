import { type AddressRange, parseRange } from '../net/address-range.ts';
import { quotedText } from '../net/quoted-text.ts';
import { type ConfigMapProblem, errorAt, pathText } from './config-map-problem.ts';
import type { ConfigMapPool } from './config-map-schema.ts';
import type { Advertisement, Pool } from './model.ts';
import { RangeOwners } from './range-owners.ts';

/** What only several entries tell: a pool's name twice, an address in two places, a key of the other protocol. */
export function checkPools(pools: readonly ConfigMapPool[]): readonly ConfigMapProblem[] {
  const names = new Map<string, number>();
  const owners = new RangeOwners<{ readonly pool: number; readonly entry: number }>();
  return pools.flatMap((pool, index): readonly ConfigMapProblem[] => {
    const path = ['address-pools', index];
    const problems = [...checkProtocol(pool, index)];
    const namesake = names.get(pool.name);
    if (namesake === undefined) names.set(pool.name, index);
    else {
      const text = `${quotedText(pool.name)} is already the name of ${pathText(['address-pools', namesake])}; give each pool its own`;
      problems.push(errorAt([...path, 'name'], text));
    }
    for (const [entry, range] of rangesOf(pool).entries()) {
      const taken = owners.overlapping(range);
      if (taken === undefined) owners.add(range, { pool: index, entry });
      else problems.push(overlapProblem(pools, { pool: index, entry }, taken));
    }
    return problems;
  });
}

export function poolFromConfigMap(pool: ConfigMapPool): Pool {
  return {
    name: pool.name,
    labels: {},
    ranges: rangesOf(pool),
    excluded: [],
    autoAssign: pool['auto-assign'] ?? true,
    avoidBuggyIPs: pool['avoid-buggy-ips'] ?? false,
    conflictCheck: false,
    allocation: undefined,
  };
}

/** A layer2 pool is announced from every node, on every interface. */
export function advertisementsFor(pools: readonly ConfigMapPool[]): readonly Advertisement[] {
  return pools
    .filter((pool) => pool.protocol === 'layer2')
    .map(({ name }) => ({
      name,
      pools: [name],
      nodeSelectors: [],
      interfaces: [],
      serviceSelectors: [],
      preferredNodes: [],
    }));
}

/** The schema has accepted every entry. */
export function rangesOf(pool: ConfigMapPool): readonly AddressRange[] {
  return pool.addresses.flatMap((entry) => {
    const parsed = parseRange(entry);
    return parsed.ok ? [parsed.range] : [];
  });
}

function checkProtocol(pool: ConfigMapPool, index: number): readonly ConfigMapProblem[] {
  if (pool.protocol === 'bgp') {
    const text = '"bgp" is not served yet: the addresses of this pool are handed out but never announced';
    return [{ severity: 'notice', path: ['address-pools', index, 'protocol'], text }];
  }
  if (pool['bgp-advertisements'].length === 0) return [];
  const text = 'is for pools of protocol "bgp"; this one is "layer2": remove the key or change the protocol';
  return [errorAt(['address-pools', index, 'bgp-advertisements'], text)];
}

function overlapProblem(
  pools: readonly ConfigMapPool[],
  at: { readonly pool: number; readonly entry: number },
  taken: { readonly pool: number; readonly entry: number },
): ConfigMapProblem {
  const entryAt = (place: typeof at): string => `"${pools[place.pool]?.addresses[place.entry]}"`;
  const other = pathText(['address-pools', taken.pool, 'addresses', taken.entry]);
  const text = `${entryAt(at)} overlaps ${entryAt(taken)} at ${other}; list every address once`;
  return errorAt(['address-pools', at.pool, 'addresses', at.entry], text);
}
