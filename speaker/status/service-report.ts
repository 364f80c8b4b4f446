import { allocatedFromPoolAnnotation } from '../../shared/api/annotations.ts';
import type { Condition } from '../../shared/api/condition.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { conditionTypes } from '../../shared/api/reasons.ts';
import type { Service } from '../../shared/api/service.ts';
import type { ServiceL2Status } from '../../shared/api/service-l2-status.ts';
import { orderByDigest } from '../election.ts';
import type { Holding } from '../owned-addresses.ts';
import type { ServicePlan } from '../plan.ts';
import {
  type Announced,
  announcedBy,
  announcedCondition,
  notAnnounced,
  says,
  withAnnounced,
  withoutAnnounced,
} from './announced-condition.ts';
import { type Announcement, hasLabels, hasStatus } from './l2-status.ts';

/** A write that the report of a Service asks for. */
export type ReportAction =
  | {
      readonly type: 'putL2Status';
      readonly announcement: Announcement;
      readonly exists: boolean;
      readonly labels: boolean;
      readonly status: boolean;
    }
  | { readonly type: 'deleteL2Status' }
  /** Guarded by the Service's resourceVersion. */
  | { readonly type: 'setConditions'; readonly service: Service; readonly conditions: readonly Condition[] }
  | { readonly type: 'nodeAssigned'; readonly service: Service; readonly node: string }
  | { readonly type: 'notAnnounced'; readonly service: Service; readonly announced: Announced };

export interface ReportInput {
  readonly key: ObjectKey;
  readonly self: string;
  /** Undefined where the Service is gone, not ours, or has no address. */
  readonly plan: ServicePlan | undefined;
  /** As the cache has it now. */
  readonly service: Service | undefined;
  readonly l2Status: ServiceL2Status | undefined;
  /** Addresses that this node's datapath answers for. */
  readonly owned: ReadonlyMap<string, Holding>;
  /** Nodes of all members that stay. */
  readonly reporters: readonly string[];
  /** What the plan says about addresses that nobody may announce has stood for a while. */
  readonly settled: boolean;
  readonly wallMs: number;
}

/**
 * Decides what this speaker has to write about a Service. Exactly one speaker reports: the one that answers for its
 * first announced address, or, where nobody does, the first of all members by the election's digest.
 */
export function reportService(input: ReportInput): readonly ReportAction[] {
  const { plan } = input;
  if (plan === undefined) return ifFirst(input, input.key, cleanUp(input));
  if (plan.groups.length === 0) return ifFirst(input, plan.electedBy, reportNobody(input, plan));
  const first = firstIp(plan);
  return first !== undefined && input.owned.has(first) ? reportOwner(input, plan) : [];
}

/** The announced address whose owner speaks for the Service; undefined where nobody may announce any. */
export function firstIp(plan: ServicePlan | undefined): string | undefined {
  return plan?.groups[0]?.ips.find((ip) => plan.ips.includes(ip));
}

function ifFirst(
  { self, reporters }: ReportInput,
  electedBy: string,
  actions: readonly ReportAction[],
): readonly ReportAction[] {
  return actions.length > 0 && orderByDigest(electedBy, reporters)[0] === self ? actions : [];
}

function reportOwner(input: ReportInput, plan: ServicePlan): readonly ReportAction[] {
  const { self, service, l2Status } = input;
  if (service === undefined) return [];
  const interfaces = interfacesOf(plan, input.owned);
  const holding = input.owned.get(firstIp(plan) ?? '');
  const announcement = {
    serviceName: service.meta.name,
    serviceNamespace: service.meta.namespace,
    node: self,
    interfaces,
    sinceMs: holding?.sinceMs ?? input.wallMs,
    addresses: plan.ips.filter((ip) => input.owned.has(ip)),
  };
  const actions: ReportAction[] = [];
  const labels = l2Status === undefined || !hasLabels(l2Status, announcement);
  const status = l2Status === undefined || !hasStatus(l2Status, announcement);
  if (labels || status) {
    actions.push({ type: 'putL2Status', announcement, exists: l2Status !== undefined, labels, status });
  }
  if (l2Status?.node !== self) actions.push({ type: 'nodeAssigned', service, node: self });
  if (plan.unannounced.length === 0) actions.push(...setCondition(input, service, announcedBy(self, interfaces)));
  else actions.push(...sayNotAnnounced(input, plan, service));
  return actions;
}

function reportNobody(input: ReportInput, plan: ServicePlan): readonly ReportAction[] {
  const { service, l2Status } = input;
  if (service === undefined || !input.settled) return [];
  const actions: ReportAction[] = l2Status === undefined ? [] : [{ type: 'deleteL2Status' }];
  return [...actions, ...sayNotAnnounced(input, plan, service)];
}

/** The Service is gone, or no longer ours: nothing of what was said about it may stay. */
function cleanUp({ service, l2Status }: ReportInput): readonly ReportAction[] {
  const actions: ReportAction[] = l2Status === undefined ? [] : [{ type: 'deleteL2Status' }];
  if (service === undefined || announcedCondition(service.conditions) === undefined) return actions;
  // The condition on a LoadBalancer of another class is another installation's, unless we announced it.
  const ours = l2Status !== undefined || service.type !== 'LoadBalancer' || service.ingress.length === 0;
  return ours
    ? [...actions, { type: 'setConditions', service, conditions: withoutAnnounced(service.conditions) }]
    : actions;
}

function sayNotAnnounced(input: ReportInput, plan: ServicePlan, service: Service): readonly ReportAction[] {
  if (!input.settled || !isAllocatedByUs(service)) return [];
  const announced = notAnnounced(plan.unannounced);
  const before = announcedCondition(service.conditions);
  const news = before?.status !== 'False' || before.reason !== announced.reason;
  return [
    ...setCondition(input, service, announced),
    ...(news ? [{ type: 'notAnnounced', service, announced } as const] : []),
  ];
}

function setCondition(input: ReportInput, service: Service, announced: Announced): readonly ReportAction[] {
  if (says(announcedCondition(service.conditions), announced)) return [];
  const at = { generation: service.meta.generation, wallMs: input.wallMs };
  return [{ type: 'setConditions', service, conditions: withAnnounced(service.conditions, announced, at) }];
}

/** Another load balancer's address, in a Service that names no class, is not ours to complain about. */
function isAllocatedByUs(service: Service): boolean {
  return (
    service.meta.annotations[allocatedFromPoolAnnotation] !== undefined ||
    service.conditions.some(({ type }) => type === conditionTypes.allocated)
  );
}

function interfacesOf(plan: ServicePlan, owned: ReadonlyMap<string, Holding>): readonly string[] {
  return [...new Set(plan.ips.flatMap((ip) => owned.get(ip)?.interfaces ?? []))].sort();
}
