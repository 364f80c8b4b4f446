import type { Labels } from '../../shared/api/label-selector.ts';
import { formatAddress } from '../../shared/net/address.ts';
import { parseRange } from '../../shared/net/address-range.ts';

/** `spec` of an IPAddressPool, as far as the tests fill it in. */
export type PoolSpec = {
  readonly addresses: readonly string[];
  readonly excludeAddresses?: readonly string[] | undefined;
  readonly autoAssign?: boolean | undefined;
  readonly avoidBuggyIPs?: boolean | undefined;
  readonly serviceAllocation?: AllocationSpec | undefined;
};

/** Selectors of one label at most. */
export type AllocationSpec = {
  readonly priority?: number;
  readonly namespaces?: readonly string[];
  readonly namespaceSelectors?: readonly { readonly matchLabels: Labels }[];
  readonly serviceSelectors?: readonly { readonly matchLabels: Labels }[];
};

export interface ReferencePool {
  readonly name: string;
  /** Each one that may be given, in spec order. */
  readonly addresses: readonly string[];
  readonly autoAssign: boolean;
  readonly allocation: AllocationSpec | undefined;
}

export interface ReferencePools {
  /** In the order in which they are tried. */
  readonly inForce: readonly ReferencePool[];
  readonly setAside: ReadonlySet<string>;
  /** Pools that are not in force, but what was given from them stays. */
  readonly stays: ReadonlySet<string>;
}

/** Reads pools of one age; what was given from those that are `leaving` stays for now. */
export function referencePools(
  specs: Readonly<Record<string, PoolSpec>>,
  leaving: Iterable<string> = [],
): ReferencePools {
  const inForce: ReferencePool[] = [];
  const setAside = new Set<string>();
  const given = new Set<string>();
  for (const [name, spec] of Object.entries(specs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const every = listed(spec.addresses);
    const excluded = listed(spec.excludeAddresses ?? []) ?? [];
    const open = every?.filter((ip) => !excluded.includes(ip)) ?? [];
    if (every === undefined || new Set(every).size < every.length || open.some((ip) => given.has(ip))) {
      setAside.add(name);
      continue;
    }
    for (const ip of open) given.add(ip);
    const addresses = spec.avoidBuggyIPs === true ? open.filter((ip) => !/\.(0|255)$/.test(ip)) : open;
    inForce.push({ name, addresses, autoAssign: spec.autoAssign ?? true, allocation: spec.serviceAllocation });
  }
  inForce.sort((a, b) => urgency(a) - urgency(b));
  return { inForce, setAside, stays: new Set([...setAside, ...leaving]) };
}

/** Why a pool is not for a Service with these labels, in a namespace with those; undefined where it is. */
export function whyRefused(
  { allocation }: ReferencePool,
  service: { readonly namespace: string; readonly labels: Labels },
  namespaceLabels: Labels,
): 'namespaceNotAllowed' | 'serviceNotSelected' | undefined {
  const { namespaces = [], namespaceSelectors = [], serviceSelectors = [] } = allocation ?? {};
  const anyNamespace = namespaces.length === 0 && namespaceSelectors.length === 0;
  const listedOrSelected =
    namespaces.includes(service.namespace) || namespaceSelectors.some((selector) => matches(selector, namespaceLabels));
  if (!anyNamespace && !listedOrSelected) return 'namespaceNotAllowed';
  const selected =
    serviceSelectors.length === 0 || serviceSelectors.some((selector) => matches(selector, service.labels));
  return selected ? undefined : 'serviceNotSelected';
}

function matches({ matchLabels }: { readonly matchLabels: Labels }, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

/** Pinned pools by priority, those of priority 0 behind them, last those for everybody; equals by name. */
function urgency({ allocation }: ReferencePool): number {
  if (allocation === undefined) return 1_000_001;
  return (allocation.priority ?? 0) === 0 ? 1_000_000 : (allocation.priority ?? 0);
}

/** Address by address; undefined where an entry can't be read. */
function listed(entries: readonly string[]): readonly string[] | undefined {
  const ips: string[] = [];
  for (const entry of entries) {
    const parsed = parseRange(entry);
    if (!parsed.ok) return undefined;
    const { family, first, last } = parsed.range;
    for (let value = first; value <= last; value += 1n) ips.push(formatAddress({ family, value }));
  }
  return ips;
}
