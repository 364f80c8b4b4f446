import { type PoolUsage, poolAddressInUseJson } from '../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../shared/api/json.ts';
import { formatAddress, type IpFamily } from '../shared/net/address.ts';
import type { PoolSpace } from './allocator/pool.ts';

/** The counters of an IPAddressPool's status: addresses, not Services. */
export function poolUsage(space: PoolSpace): PoolUsage {
  return {
    assignedIPv4: count(space.usage('IPv4').inUse),
    assignedIPv6: count(space.usage('IPv6').inUse),
    availableIPv4: count(available(space, 'IPv4')),
    availableIPv6: count(available(space, 'IPv6')),
    ...addressesInUse(space),
  };
}

/** As `status` of a merge patch: null takes away what another controller has told. */
export function usageJson(usage: PoolUsage): JsonObject {
  return { ...usage, addressesInUse: usage.addressesInUse?.map(poolAddressInUseJson) ?? null };
}

function addressesInUse(space: PoolSpace): Pick<PoolUsage, 'addressesInUse'> {
  const uses = [...space.foreign('IPv4'), ...space.foreign('IPv6')];
  if (uses.length === 0) return {};
  const told = uses.map(({ address, ...use }) => ({ ...use, address: formatAddress(address) }));
  return { addressesInUse: told.sort((one, other) => (one.address < other.address ? -1 : 1)) };
}

function addressesText({ addressesInUse: told = [] }: PoolUsage): string {
  return JSON.stringify(told.map(poolAddressInUseJson));
}

/** What other machines use can be given to nobody. */
export function available(space: PoolSpace, family: IpFamily): bigint {
  const { of, inUse } = space.usage(family);
  return of - inUse - BigInt(space.foreign(family).length);
}

export function sameUsage(one: PoolUsage | undefined, other: PoolUsage): boolean {
  return (
    one !== undefined &&
    one.assignedIPv4 === other.assignedIPv4 &&
    one.assignedIPv6 === other.assignedIPv6 &&
    one.availableIPv4 === other.availableIPv4 &&
    one.availableIPv6 === other.availableIPv6 &&
    addressesText(one) === addressesText(other)
  );
}

/** Larger counts than JSON numbers hold exactly are capped. */
function count(addresses: bigint): number {
  return addresses > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(addresses);
}
