import type { PoolUsage } from '../shared/api/ip-address-pool.ts';
import type { PoolSpace } from './allocator/pool.ts';

/** The counters of an IPAddressPool's status: addresses, not Services. */
export function poolUsage(space: PoolSpace): PoolUsage {
  const ipv4 = space.usage('IPv4');
  const ipv6 = space.usage('IPv6');
  return {
    assignedIPv4: count(ipv4.inUse),
    assignedIPv6: count(ipv6.inUse),
    availableIPv4: count(ipv4.of - ipv4.inUse),
    availableIPv6: count(ipv6.of - ipv6.inUse),
  };
}

export function sameUsage(one: PoolUsage | undefined, other: PoolUsage): boolean {
  return (
    one !== undefined &&
    one.assignedIPv4 === other.assignedIPv4 &&
    one.assignedIPv6 === other.assignedIPv6 &&
    one.availableIPv4 === other.availableIPv4 &&
    one.availableIPv6 === other.availableIPv6
  );
}

/** Larger counts than JSON numbers hold exactly are capped. */
function count(addresses: bigint): number {
  return addresses > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(addresses);
}
