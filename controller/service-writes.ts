import { allocatedFromPoolAnnotation } from '../shared/api/annotations.ts';
import type { Condition } from '../shared/api/condition.ts';
import type { JsonObject } from '../shared/api/json.ts';
import { conditionTypes } from '../shared/api/reasons.ts';
import type { LoadBalancerIngress, Service } from '../shared/api/service.ts';
import { conditionsJson, findCondition, says, withVerdict } from '../shared/api/verdict.ts';
import { canonicalAddress, formatAddress } from '../shared/net/address.ts';
import { allocatedVerdict, poolNames } from './allocated-verdict.ts';
import type { Assignment, Decision } from './allocator/decision.ts';
import { noSpeakerVerdict } from './announced-verdict.ts';

/** What must be written so that a Service's object says what was decided. */
export interface ServiceWrites {
  /** `status` of a merge patch; undefined where it says so already. */
  readonly status: JsonObject | undefined;
  /** The annotation that names the pools; null removes it, undefined leaves it. */
  readonly pools: string | null | undefined;
}

export interface Now {
  readonly wallMs: number;
  /** No speaker lives: then nobody else can say that the address is not announced. */
  readonly speakersGone: boolean;
}

/** For a Service of ours. */
export function writesFor(service: Service, decision: Decision, now: Now): ServiceWrites {
  const { assignments } = decision;
  const { meta, ingress } = service;
  const at = { generation: meta.generation, wallMs: now.wallMs };
  const verdicts = [allocatedVerdict(decision)];
  if (now.speakersGone && assignments.length > 0) verdicts.push(noSpeakerVerdict);
  const missing = verdicts.filter((verdict) => !says(service.conditions, verdict, meta.generation));
  const rightIngress = sameIngress(ingress, assignments);
  const conditions = missing.reduce(
    (list: readonly Condition[], verdict) => withVerdict(list, verdict, at),
    service.conditions,
  );
  return {
    status:
      rightIngress && missing.length === 0
        ? undefined
        : { ...(rightIngress ? {} : ingressPatch(assignments)), conditions: conditionsJson(conditions) },
    pools: poolsPatch(service, assignments),
  };
}

/** For a Service that is no longer ours: takes away what we wrote; `held` are the addresses that it had from us. */
export function writesForLeaver(service: Service, held: readonly Assignment[]): ServiceWrites {
  const ours: readonly string[] = Object.values(conditionTypes);
  const conditions = service.conditions.filter(({ type }) => !ours.includes(type));
  const addresses = new Set(held.map(({ address }) => formatAddress(address)));
  const ingress = service.ingress.filter(({ ip }) => !addresses.has(canonicalAddress(ip ?? '') ?? ''));
  const clearIngress = ingress.length < service.ingress.length;
  const clearConditions = conditions.length < service.conditions.length;
  const status: JsonObject = {
    ...(clearConditions ? { conditions: conditions.length === 0 ? null : conditionsJson(conditions) } : {}),
    ...(clearIngress ? { loadBalancer: { ingress: ingress.length === 0 ? null : ingressJson(ingress) } } : {}),
  };
  return { status: clearIngress || clearConditions ? status : undefined, pools: poolsPatch(service, []) };
}

/** Decides whether an object that is not ours carries something that nobody but us can have written or will remove. */
export function hasLeftovers(service: Service): boolean {
  return (
    (service.type !== 'LoadBalancer' || service.meta.deleting) &&
    (findCondition(service.conditions, conditionTypes.allocated) !== undefined ||
      service.meta.annotations[allocatedFromPoolAnnotation] !== undefined)
  );
}

/** An API server before Kubernetes 1.29 drops `ipMode`: its absence is no reason to write again and again. */
function sameIngress(ingress: readonly LoadBalancerIngress[], assignments: readonly Assignment[]): boolean {
  return (
    ingress.length === assignments.length &&
    assignments.every(({ address }, index) => {
      const entry = ingress[index];
      const mode = entry?.ipMode ?? 'VIP';
      return entry?.ip === formatAddress(address) && entry.hostname === undefined && mode === 'VIP';
    })
  );
}

function ingressPatch(assignments: readonly Assignment[]): JsonObject {
  if (assignments.length === 0) return { loadBalancer: { ingress: null } };
  return {
    loadBalancer: { ingress: assignments.map(({ address }) => ({ ip: formatAddress(address), ipMode: 'VIP' })) },
  };
}

function ingressJson(ingress: readonly LoadBalancerIngress[]): readonly JsonObject[] {
  return ingress.map((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)));
}

function poolsPatch(service: Service, assignments: readonly Assignment[]): string | null | undefined {
  const is = service.meta.annotations[allocatedFromPoolAnnotation];
  const wanted = poolNames(assignments).join(',');
  if (wanted === '') return is === undefined ? undefined : null;
  return is === wanted ? undefined : wanted;
}
