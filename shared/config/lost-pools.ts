import { RunList } from '../net/run-list.ts';
import type { Config, Pool } from './model.ts';
import { candidateRanges } from './pool-addresses.ts';

/**
 * The pools in force with an address that is in no pool of the next configuration. A pool that the next one sets aside
 * loses nothing: what Services hold from it stays with them.
 */
export function lostPools(inForce: Config, next: Config): ReadonlySet<string> {
  const left = { IPv4: new RunList(), IPv6: new RunList() };
  for (const pool of next.pools.values()) {
    for (const { family, first, last } of candidateRanges(pool)) left[family].insert(first, last);
  }
  const losesSome = (pool: Pool): boolean =>
    candidateRanges(pool).some(({ family, first, last }) => (left[family].runAt(first)?.last ?? -1n) < last);
  const smaller = [...inForce.pools.values()].filter(losesSome).map(({ name }) => name);
  const gone = [...inForce.setAside].filter((name) => !next.pools.has(name));
  return new Set([...smaller, ...gone].filter((name) => !next.setAside.has(name)));
}
