import { type AddressInUse, parseAddressInUse } from './address-in-use.ts';
import {
  asObject,
  type JsonObject,
  readBoolean,
  readNumber,
  readObject,
  readObjects,
  readString,
  readStrings,
} from './json.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import { type ObjectMeta, parseMeta, parseTime } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export const metallbGroup = 'metallb.io';

/** `spec.serviceAllocation`: which Services may use the pool, and which pool comes first. */
export interface ServiceAllocation {
  /** 0 comes last; otherwise the lower number comes first. */
  readonly priority: number;
  readonly namespaces: readonly string[];
  readonly namespaceSelectors: readonly LabelSelector[];
  readonly serviceSelectors: readonly LabelSelector[];
}

/** Counters of `status`, in addresses (int64 in the API; larger counts are capped at 2^53-1). */
export interface PoolUsage {
  readonly assignedIPv4: number;
  readonly assignedIPv6: number;
  readonly availableIPv4: number;
  readonly availableIPv6: number;
  /** Addresses that are given to nobody, since other machines use them; sorted, and not there where there is none. */
  readonly addressesInUse?: readonly PoolAddressInUse[];
}

export interface PoolAddressInUse extends AddressInUse {
  /** Whose speaker found out. */
  readonly node: string;
}

/** metallb.io/v1beta1 IPAddressPool as it stands: `addresses` are not yet read, defaults are filled in. */
export interface IPAddressPool {
  readonly meta: ObjectMeta;
  readonly addresses: readonly string[];
  readonly excludeAddresses: readonly string[];
  readonly autoAssign: boolean;
  readonly avoidBuggyIPs: boolean;
  readonly conflictCheck: boolean;
  readonly serviceAllocation: ServiceAllocation | undefined;
  readonly usage: PoolUsage | undefined;
}

export const ipAddressPoolResource: ResourceType<IPAddressPool> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'IPAddressPool',
  plural: 'ipaddresspools',
  namespaced: true,
  parse: parseIPAddressPool,
};

function parseIPAddressPool(json: unknown): IPAddressPool {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  const allocation = spec['serviceAllocation'];
  return {
    meta: parseMeta(root),
    addresses: readStrings(spec, 'addresses'),
    excludeAddresses: readStrings(spec, 'excludeAddresses'),
    autoAssign: readBoolean(spec, 'autoAssign') ?? true,
    avoidBuggyIPs: readBoolean(spec, 'avoidBuggyIPs') ?? false,
    conflictCheck: readBoolean(spec, 'conflictCheck') ?? false,
    serviceAllocation: allocation === undefined || allocation === null ? undefined : parseAllocation(allocation),
    usage: parseUsage(root['status']),
  };
}

function parseAllocation(json: unknown): ServiceAllocation {
  const allocation = asObject(json);
  return {
    priority: readNumber(allocation, 'priority') ?? 0,
    namespaces: readStrings(allocation, 'namespaces'),
    namespaceSelectors: readObjects(allocation, 'namespaceSelectors').map(parseLabelSelector),
    serviceSelectors: readObjects(allocation, 'serviceSelectors').map(parseLabelSelector),
  };
}

function parseUsage(json: unknown): PoolUsage | undefined {
  if (json === undefined || json === null) return undefined;
  const status = asObject(json);
  const addressesInUse = readObjects(status, 'addressesInUse').flatMap(parsePoolAddressInUse);
  return {
    assignedIPv4: readNumber(status, 'assignedIPv4') ?? 0,
    assignedIPv6: readNumber(status, 'assignedIPv6') ?? 0,
    availableIPv4: readNumber(status, 'availableIPv4') ?? 0,
    availableIPv6: readNumber(status, 'availableIPv6') ?? 0,
    ...(addressesInUse.length === 0 ? {} : { addressesInUse }),
  };
}

/** `until` is RFC 3339, as all times that people read. */
export function poolAddressInUseJson({ address, mac, interface: link, node, untilMs }: PoolAddressInUse): JsonObject {
  return { address, mac, interface: link, node, until: new Date(untilMs).toISOString() };
}

function parsePoolAddressInUse(json: JsonObject): readonly PoolAddressInUse[] {
  const untilMs = parseTime(readString(json, 'until'));
  const node = readString(json, 'node') ?? '';
  if (untilMs === undefined) return [];
  return parseAddressInUse({ ...json, untilMs }).map((one) => ({ ...one, node }));
}
