import { readClaim } from '../../controller/allocator/claim.ts';
import type { Decision } from '../../controller/allocator/decision.ts';
import { refusalText } from '../../controller/allocator/reason-text.ts';
import { type AllocationRequest, readRequest } from '../../controller/allocator/request.ts';
import { keyOf } from '../../shared/api/object-meta.ts';
import { conditionTypes } from '../../shared/api/reasons.ts';
import type { Service } from '../../shared/api/service.ts';
import { canonicalAddress, formatAddress } from '../../shared/net/address.ts';
import { indexEndpoints, noEndpoints } from '../../speaker/endpoints.ts';
import { allocatorOf, type Decided } from '../decisions/decided.ts';
import type { RecentEvent } from '../doctor/recent-event.ts';
import { addressesOfService } from './addresses-of-service.ts';
import { advertisementsOfService } from './advertisements-of-service.ts';
import { causeOf, remedyPlace } from './cause.ts';
import type { ExplainedCondition, ExplainedPool, ExplainedWish, ExplainReport } from './explain-report.ts';
import { nobody, nodesWithReasons, ServiceOwners } from './owners-of-service.ts';
import { poolsOfService } from './pools-of-service.ts';
import { conflictsOf } from './recent-news.ts';

/**
 * Follows one Service from its spec to the wire, by the decisions of controller and speakers. `events`: those about it,
 * which add what was seen on the wire.
 */
export function explainService(service: Service, decided: Decided, events: readonly RecentEvent[] = []): ExplainReport {
  const key = keyOf(service.meta);
  const request = readRequest(service);
  const decision = decided.decisions.get(key);
  const written = writtenAddresses(service);
  const anew = decision && decideAnew(service, decided);
  const addresses =
    decision === undefined || anew === undefined
      ? []
      : addressesOfService({ request, decision, anew, written, decisions: decided.decisions });
  const unannounced = decided.plan.services.get(key)?.unannounced ?? [];
  const groups = new ServiceOwners(decided, events).groupsOf(key);
  const endpoints = indexEndpoints(decided.cluster.endpointSlices, (one) => one === key).get(key) ?? noEndpoints;
  const cause = causeOf({ service, decision, addresses, unannounced, groups }, decided, remedyPlace(service, decided));
  const pools = [...new Set(addresses.map(({ pool }) => pool))];
  return {
    service: key,
    served: cause === undefined,
    cause,
    wish: wishOf(service, request),
    addresses,
    pools: poolsOf(request, { decision, anew }, decided),
    endpoints: { anywhere: endpoints.anywhere, nodes: [...endpoints.nodes].sort() },
    advertisements: advertisementsOfService(service, pools, decided.config?.advertisements ?? []),
    groups: [
      ...groups,
      ...unannounced.map(({ ip, reasons }) => ({
        addresses: [ip],
        movesWith: [],
        nodes: nodesWithReasons(reasons),
        owner: nobody,
      })),
    ],
    conflicts: conflictsOf(events, decided.cluster.nowMs),
    conditions: conditionsOf(service),
    notes: notesOf(decision, decided),
  };
}

/** What the Service would be given if it had nothing, while all others keep what they have and nobody else waits. */
function decideAnew(service: Service, { cluster, config, services, decisions }: Decided): Decision | undefined {
  if (config === undefined) return undefined;
  const others = services.filter(
    (other) => other !== service && (decisions.get(keyOf(other.meta))?.assignments.length ?? 0) > 0,
  );
  const allocator = allocatorOf(cluster, others, config);
  allocator.update({ ...readClaim(service), reported: [], reportedPools: [] }, cluster.nowMs);
  return allocator.decision(keyOf(service.meta));
}

function poolsOf(
  request: AllocationRequest,
  { decision, anew }: { readonly decision: Decision | undefined; readonly anew: Decision | undefined },
  { cluster, config, pools }: Decided,
): readonly ExplainedPool[] {
  if (decision === undefined || anew === undefined || config === undefined) return [];
  const labels = new Map(cluster.namespaces.map(({ meta }) => [meta.name, meta.labels]));
  const namespaceLabels = (namespace: string) => labels.get(namespace) ?? {};
  return poolsOfService({ request, decision, anew, pools, setAside: config.setAside, namespaceLabels });
}

function wishOf(service: Service, request: AllocationRequest): ExplainedWish {
  return {
    loadBalancerClass: service.loadBalancerClass,
    families: request.wish.families,
    ipFamilyPolicy: service.ipFamilyPolicy,
    externalTrafficPolicy: service.externalTrafficPolicy,
    pool: request.pool,
    addresses: request.addresses.map(formatAddress),
    sharingKey: request.terms.key || undefined,
  };
}

function writtenAddresses({ ingress }: Service): ReadonlySet<string> {
  return new Set(ingress.flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []));
}

function conditionsOf({ conditions }: Service): readonly ExplainedCondition[] {
  const ours: readonly string[] = Object.values(conditionTypes);
  // They stand in the order in which they were written.
  return conditions
    .toSorted((a, b) => ours.indexOf(a.type) - ours.indexOf(b.type))
    .filter(({ type }) => ours.includes(type))
    .map(({ type, status, reason, message, lastTransitionTime }) => {
      return { type, status, reason, message, since: lastTransitionTime };
    });
}

function notesOf(decision: Decision | undefined, { cluster }: Decided): readonly string[] {
  const refused = decision?.refusal !== undefined && decision.assignments.length > 0 ? decision.refusal : undefined;
  return [
    ...(refused === undefined
      ? []
      : [`it keeps what it has, and is refused what it asks for: ${refusalText(refused)}`]),
    ...cluster.unreadable.map(({ resource, why }) => `${resource} were not read, so this may be incomplete: ${why}`),
  ];
}
