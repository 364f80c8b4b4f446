import { RunList } from '../net/run-list.ts';
import type { Config, Pool } from './model.ts';
import { candidateRanges } from './pool-addresses.ts';

/**
 * Decides whether an address that is in force is in no pool of the next configuration. Those of a pool that the next one
 * sets aside are not lost: they stay with the Services that hold them.
 */
export function losesAddresses(inForce: Config, next: Config): boolean {
  const left = { IPv4: new RunList(), IPv6: new RunList() };
  for (const pool of next.pools.values()) {
    for (const { family, first, last } of candidateRanges(pool)) left[family].insert(first, last);
  }
  const isLost = (pool: Pool): boolean =>
    !next.setAside.has(pool.name) &&
    candidateRanges(pool).some(({ family, first, last }) => (left[family].runAt(first)?.last ?? -1n) < last);
  const isGone = (name: string): boolean => !next.pools.has(name) && !next.setAside.has(name);
  return [...inForce.pools.values()].some(isLost) || [...inForce.setAside].some(isGone);
}
