import type { IpAddress } from '../net/address.ts';
import type { Config } from './model.ts';
import { inPool, isUsable } from './pool-addresses.ts';

/**
 * The pool that an assigned address belongs to: the one that may hand it out, else one whose ranges hold it all the
 * same, else the pool that is set aside and that `allocatedFrom` (the value of `allocatedFromPoolAnnotation`) names.
 */
export function poolOf(config: Config, address: IpAddress, allocatedFrom: string | undefined): string | undefined {
  let holds: string | undefined;
  for (const pool of config.pools.values()) {
    if (isUsable(pool, address)) return pool.name;
    if (inPool(pool, address)) holds ??= pool.name;
  }
  if (holds !== undefined) return holds;
  const names = (allocatedFrom ?? '').split(',').map((name) => name.trim());
  return names.find((name) => config.setAside.has(name));
}
