import type { PoolSpace } from '../../controller/allocator/pool.ts';
import type { Node } from '../../shared/api/node.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { AnnounceReason } from '../../shared/api/reasons.ts';
import type { Service } from '../../shared/api/service.ts';
import { canonicalAddress, formatAddress } from '../../shared/net/address.ts';
import { yieldReason } from '../../speaker/node-verdicts.ts';
import { nodeOf } from '../../speaker/status/l2-status.ts';
import type { Decided } from '../decisions/decided.ts';
import { isMember, type SpeakerState } from '../decisions/speakers.ts';
import { causeOf, remedyPlace } from '../explain/cause.ts';
import { ServiceOwners } from '../explain/owners-of-service.ts';

export interface PoolStatus {
  readonly pool: string;
  /** Decimal: an IPv6 pool has more addresses than JSON's numbers tell exactly. */
  readonly usage: readonly { readonly family: 'IPv4' | 'IPv6'; readonly inUse: string; readonly of: string }[];
  readonly autoAssign: boolean;
  /** Its configuration can't be used; Services keep what they have of it. */
  readonly setAside: boolean;
}

export interface ServiceStatus {
  readonly service: ObjectKey;
  readonly addresses: readonly string[];
  readonly served: boolean;
  /** Who announces them, as it says itself. */
  readonly owners: readonly string[];
  /** RFC 3339. */
  readonly since: string | undefined;
  readonly interfaces: readonly string[];
  /** Why it is not served: as `explain` has it. */
  readonly reason: string | undefined;
  readonly text: string;
}

export interface NodeStatus {
  readonly node: string;
  readonly speaker: SpeakerState | 'none';
  /** Services that it says it announces. */
  readonly announces: number;
  readonly interfaces: readonly { readonly name: string; readonly carrier: boolean }[];
  /** Why it announces nothing, or yields to others. */
  readonly reasons: readonly AnnounceReason[];
}

export interface StatusReport {
  /** Of the installation. */
  readonly namespace: string;
  readonly pools: readonly PoolStatus[];
  readonly services: readonly ServiceStatus[];
  readonly nodes: readonly NodeStatus[];
  /** About the configuration, errors and warnings. */
  readonly findings: readonly string[];
  readonly unreadable: readonly string[];
}

/** Pools with what is used of them, Services with their owners, and nodes with their speakers. */
export function statusReport(decided: Decided): StatusReport {
  const { cluster, config, services } = decided;
  const owners = new ServiceOwners(decided);
  return {
    namespace: cluster.namespace,
    pools: [
      ...decided.pools.map(poolStatus),
      ...[...(config?.setAside ?? [])].map((pool) => ({ pool, usage: [], autoAssign: false, setAside: true })),
    ],
    services: services.map((service) => serviceStatus(service, owners, decided)).sort(byKey),
    nodes: nodeStatuses(decided),
    findings: decided.findings.filter(({ severity }) => severity !== 'notice').map(({ message }) => message),
    unreadable: cluster.unreadable.map(({ resource, why }) => `${resource}: ${why}`),
  };
}

function poolStatus(space: PoolSpace): PoolStatus {
  const { name, autoAssign } = space.pool;
  const usage = (['IPv4', 'IPv6'] as const).map((family) => ({ family, ...space.usage(family) }));
  return {
    pool: name,
    usage: usage
      .filter(({ of }) => of > 0n)
      .map(({ family, inUse, of }) => ({ family, inUse: String(inUse), of: String(of) })),
    autoAssign,
    setAside: false,
  };
}

function serviceStatus(service: Service, owners: ServiceOwners, decided: Decided): ServiceStatus {
  const key = keyOf(service.meta);
  const decision = decided.decisions.get(key);
  const written = new Set(service.ingress.map(({ ip }) => canonicalAddress(ip ?? '')));
  const addresses = (decision?.assignments ?? []).map(({ address, pool }) => {
    const text = formatAddress(address);
    return { address: text, pool, written: written.has(text) };
  });
  const groups = owners.groupsOf(key);
  const unannounced = decided.plan.services.get(key)?.unannounced ?? [];
  const place = remedyPlace(service, decided);
  const cause = causeOf({ service, decision, addresses, unannounced, groups }, decided, place);
  const told = groups.map(({ owner }) => owner);
  return {
    service: key,
    addresses: addresses.map(({ address }) => address),
    served: cause === undefined,
    owners: [...new Set(told.flatMap(({ node }) => node ?? []))],
    since: told[0]?.since,
    interfaces: [...new Set(told.flatMap(({ interfaces }) => interfaces))],
    reason: cause?.reason,
    text: cause?.text ?? '',
  };
}

function byKey(a: ServiceStatus, b: ServiceStatus): number {
  return a.service < b.service ? -1 : 1;
}

function nodeStatuses(decided: Decided): readonly NodeStatus[] {
  const { cluster, speakers } = decided;
  const announced = new Map<string, number>();
  for (const status of cluster.l2Statuses) announced.set(nodeOf(status), (announced.get(nodeOf(status)) ?? 0) + 1);
  const nodes = new Map(cluster.nodes.map((node) => [node.meta.name, node]));
  // A speaker whose Node is gone is worth seeing too.
  const names = [...new Set([...nodes.keys(), ...speakers.keys()])].sort();
  return names.map((name) => {
    const speaker = speakers.get(name);
    return {
      node: name,
      speaker: speaker?.state ?? 'none',
      announces: announced.get(name) ?? 0,
      interfaces: (speaker?.facts.interfaces ?? []).map(({ name: link, carrier }) => ({ name: link, carrier })),
      reasons: reasonsOf(nodes.get(name), name, decided),
    };
  });
}

/** What the plan says about the node on all addresses alike, and why it yields. */
function reasonsOf(node: Node | undefined, name: string, { plan, speakers }: Decided): readonly AnnounceReason[] {
  const speaker = speakers.get(name);
  const facts = speaker !== undefined && isMember(speaker.state) ? speaker.facts : undefined;
  const yields = node && yieldReason(node, facts);
  const said = new Set(plan.groups.map((group) => group.passedOver.get(name)));
  const [everywhere] = said.size === 1 ? said : [];
  const reasons = [...new Set([yields, everywhere])].filter((reason) => reason !== undefined);
  return facts === undefined ? reasons.filter((reason) => reason !== 'speakerNotAlive') : reasons;
}
