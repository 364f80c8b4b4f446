import type { IpAddress } from '../net/address.ts';
import type { Config } from './model.ts';
import { inPool } from './pool-addresses.ts';

/**
 * The pool that an assigned address belongs to: the one whose ranges hold it, else the pool that is set aside and that
 * `allocatedFrom` (the value of `allocatedFromPoolAnnotation`) names.
 */
export function poolOf(config: Config, address: IpAddress, allocatedFrom: string | undefined): string | undefined {
  for (const pool of config.pools.values()) {
    if (inPool(pool, address)) return pool.name;
  }
  const names = (allocatedFrom ?? '').split(',').map((name) => name.trim());
  return names.find((name) => config.setAside.has(name));
}
