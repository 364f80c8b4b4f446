import { AddressesInUse } from '../../controller/addresses-in-use.ts';
import type { ForeignUses } from '../../controller/allocator/foreign-use.ts';
import type { Cluster } from '../cluster.ts';

/** Addresses that other machines use, as a controller knows them that begins to lead. */
export function foreignUses({ pools, leases, nowMs }: Pick<Cluster, 'pools' | 'leases' | 'nowMs'>): ForeignUses {
  const inUse = new AddressesInUse();
  const told = pools.flatMap(({ usage }) => usage?.addressesInUse ?? []);
  inUse.restore(told, leases, { nowMs, wallMs: nowMs });
  inUse.see(leases, nowMs);
  return inUse.uses(nowMs);
}
