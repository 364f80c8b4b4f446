import type { EndpointSlice } from '../shared/api/endpoint-slice.ts';
import type { Node } from '../shared/api/node.ts';
import type { ObjectKey } from '../shared/api/object-meta.ts';
import type { AnnounceReason } from '../shared/api/reasons.ts';
import type { Service } from '../shared/api/service.ts';
import { type AddressGroup, groupByAddress } from './address-groups.ts';
import type { AnnounceableService, AnnounceableServices } from './announceable-services.ts';
import type { ElectionOrders } from './election-orders.ts';
import { EligibilityTable, nearestReason } from './eligibility.ts';
import { indexEndpoints, noEndpoints, type ServingEndpoints } from './endpoints.ts';
import { type Claim, type GroupPlan, planGroup } from './group-plan.ts';
import { type NodeInput, preferenceScore, yieldReason } from './node-verdicts.ts';

export interface PlanInput extends NodeInput {
  readonly services: Iterable<Service>;
  readonly endpointSlices: Iterable<EndpointSlice>;
  readonly nodes: Iterable<Node>;
}

/** What outlives a plan, so that the next one costs only what changed. */
export interface PlanMemory {
  /** For the config in force. */
  readonly announceable: AnnounceableServices;
  readonly orders: ElectionOrders;
}

/** An address that is allocated and that nobody may announce. */
export interface UnannouncedAddress {
  readonly ip: string;
  readonly cause: AnnounceReason;
  readonly reasons: ReadonlyMap<string, AnnounceReason>;
}

export interface ServicePlan {
  readonly service: Service;
  /** Its own addresses, canonical. */
  readonly ips: readonly string[];
  /** The address in the digest of its group. */
  readonly electedBy: string;
  /** The groups that its announced addresses are in: one, unless the advertisements tear them apart. */
  readonly groups: readonly GroupPlan[];
  readonly unannounced: readonly UnannouncedAddress[];
}

/** Who announces what. Every node that knows the same makes the same plan. */
export interface Plan {
  readonly groups: readonly GroupPlan[];
  /** Every Service of ours that has an address. */
  readonly services: ReadonlyMap<ObjectKey, ServicePlan>;
}

/** Decides who announces which address, and why the others don't. Depends on no order of its inputs. */
export function makePlan(input: PlanInput, memory: PlanMemory): Plan {
  const services = announceableServices(input.services, memory.announceable);
  const nodes = byName(input.nodes);
  const nodeByName = new Map(nodes.map((node) => [node.meta.name, node]));
  const nodeNames = memory.orders.nodes(nodes.map((node) => node.meta.name));
  const context: Context = {
    table: new EligibilityTable(nodes, input),
    endpoints: indexEndpoints(input.endpointSlices, (key) => services.has(key)),
    yielding: yieldingNodes(nodes, input),
  };
  const plan: { groups: GroupPlan[]; services: Map<ObjectKey, ServicePlan> } = { groups: [], services: new Map() };
  for (const group of groupByAddress(services.values())) {
    const claims = claimsOf(group, context);
    const groups = planGroup({
      electedBy: group.electedBy,
      claims,
      order: memory.orders.orderOf(group.electedBy, nodeNames),
      yielding: context.yielding,
      scoreOf: (name, advertisements) => {
        const node = nodeByName.get(name);
        return node === undefined ? 0 : preferenceScore(node, advertisements);
      },
    });
    plan.groups.push(...groups);
    for (const service of group.services) {
      plan.services.set(service.key, servicePlan(service, group.electedBy, claims, groups));
    }
  }
  memory.orders.sweep();
  return plan;
}

interface Context {
  readonly table: EligibilityTable;
  readonly endpoints: ReadonlyMap<ObjectKey, ServingEndpoints>;
  readonly yielding: ReadonlyMap<string, AnnounceReason>;
}

function announceableServices(services: Iterable<Service>, memory: AnnounceableServices) {
  const result = new Map<ObjectKey, AnnounceableService>();
  for (const service of services) {
    const announceable = memory.read(service);
    if (announceable !== undefined) result.set(announceable.key, announceable);
  }
  return result;
}

function byName(nodes: Iterable<Node>): readonly Node[] {
  return [...nodes].sort((a, b) => (a.meta.name < b.meta.name ? -1 : a.meta.name > b.meta.name ? 1 : 0));
}

function yieldingNodes(nodes: readonly Node[], { speakers }: NodeInput): ReadonlyMap<string, AnnounceReason> {
  const result = new Map<string, AnnounceReason>();
  for (const node of nodes) {
    const reason = yieldReason(node, speakers.get(node.meta.name));
    if (reason !== undefined) result.set(node.meta.name, reason);
  }
  return result;
}

function claimsOf(group: AddressGroup<AnnounceableService>, { table, endpoints }: Context): readonly Claim[] {
  return group.services.flatMap(({ key, service, addresses }) =>
    addresses.map(({ ip, pool, advertisements }) => ({
      service: key,
      ip,
      eligibility: table.answer({
        pool,
        advertisements,
        policy: service.externalTrafficPolicy,
        byArp: !group.electedBy.includes(':'),
        endpoints: endpoints.get(key) ?? noEndpoints,
      }),
    })),
  );
}

function servicePlan(
  { key, service }: AnnounceableService,
  electedBy: string,
  claims: readonly Claim[],
  groups: readonly GroupPlan[],
): ServicePlan {
  const own = claims.filter((claim) => claim.service === key);
  return {
    service,
    ips: own.map(({ ip }) => ip),
    electedBy,
    groups: groups.filter((group) => group.services.includes(key)),
    unannounced: own
      .filter(({ eligibility }) => eligibility.through.size === 0)
      .map(({ ip, eligibility: { reasons } }) => ({ ip, cause: nearestReason(reasons.values()), reasons })),
  };
}
