import type { Decision } from '../../controller/allocator/decision.ts';
import { allocatedFromPoolAnnotation } from '../../shared/api/annotations.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import { buildConfig, type ConfigInputs } from '../../shared/config/build-config.ts';
import type { Config, Finding } from '../../shared/config/model.ts';
import { formatAddress } from '../../shared/net/address.ts';
import type { Plan } from '../../speaker/plan.ts';
import type { Cluster } from '../cluster.ts';
import { planOf } from '../decisions/decided.ts';
import { foreignUses } from '../decisions/foreign-uses.ts';
import { membersOf, speakersByLease } from '../decisions/speakers.ts';
import { changedInputs, type PlannedVerb } from './changed-inputs.ts';
import type { Manifests } from './manifests.ts';
import { type OwnerChange, ownerChanges } from './owner-changes.ts';
import { PlannedOwners } from './planned-owner.ts';
import { predictDecisions } from './predicted-decisions.ts';
import { type ServiceChange, type ServiceChangeKind, serviceChangeKinds, serviceChanges } from './service-changes.ts';

export interface PlannedFinding {
  readonly severity: Finding['severity'];
  readonly message: string;
}

export interface PlanReport {
  /** A Service moves or loses an address, or an address gets another owner. */
  readonly moves: boolean;
  /** How many Services. */
  readonly summary: Readonly<Record<ServiceChangeKind, number>>;
  /** Every Service that Herald serves. */
  readonly services: readonly ServiceChange[];
  /** Of addresses that stay. */
  readonly owners: readonly OwnerChange[];
  /** About the configuration: those that there would be, and are not now; and those that would be gone. */
  readonly findings: { readonly new: readonly PlannedFinding[]; readonly gone: readonly PlannedFinding[] };
  readonly notes: readonly string[];
}

export interface PlanInput {
  readonly cluster: Cluster;
  readonly manifests: Manifests;
  readonly verb: PlannedVerb;
}

/** Works out what would change if the objects were applied, or deleted: with the functions that would decide it. */
export function planReport({ cluster, manifests, verb }: PlanInput): PlanReport {
  const speakers = speakersByLease(cluster.leases, cluster.nowMs);
  const inputs = configInputs(cluster);
  const current = buildConfig(inputs);
  const next = buildConfig(changedInputs(inputs, manifests, verb, cluster.nowMs));
  const { loadBalancerClass, failback } = cluster.installation;
  const prediction = predictDecisions({
    services: cluster.services,
    namespaces: cluster.namespaces,
    loadBalancerClass,
    nowMs: cluster.nowMs,
    foreign: foreignUses(cluster),
    current: current.config,
    next: next.config,
  });
  const inForce = current.config ?? next.config;
  const planWith = (config: Config | undefined, decisions: ReadonlyMap<ObjectKey, Decision>): Plan => {
    const services = cluster.services.map((service) => withAddresses(service, decisions.get(keyOf(service.meta))));
    const used = config ?? inForce;
    return used === undefined ? { groups: [], services: new Map() } : planOf({ ...cluster, services }, used, speakers);
  };
  const owners = ownerChanges({
    before: planWith(current.config, prediction.before),
    after: planWith(next.config, prediction.after),
    owners: new PlannedOwners(membersOf(speakers), failback),
    l2Statuses: cluster.l2Statuses,
  });
  const services = serviceChanges(prediction);
  const summary = summaryOf(services);
  return {
    moves: summary.moves + summary.loses + owners.length > 0,
    summary,
    services,
    owners,
    findings: {
      new: newFindings(next.findings, current.findings),
      gone: newFindings(current.findings, next.findings),
    },
    notes: notesOf(manifests, cluster, current.config === undefined, next.config === undefined),
  };
}

function configInputs(cluster: Cluster): ConfigInputs {
  return {
    namespace: cluster.namespace,
    pools: cluster.pools,
    advertisements: cluster.advertisements,
    configMap: cluster.configMap,
    nodeLabels: new Map(cluster.nodes.map(({ meta }) => [meta.name, meta.labels])),
  };
}

/** As the controller would have written it. */
function withAddresses(service: Service, decision: Decision | undefined): Service {
  if (decision === undefined) return service;
  const { assignments } = decision;
  const pools = [...new Set(assignments.map(({ pool }) => pool))].join(',');
  return {
    ...service,
    meta: { ...service.meta, annotations: { ...service.meta.annotations, [allocatedFromPoolAnnotation]: pools } },
    ingress: assignments.map(({ address }) => ({ ip: formatAddress(address), hostname: undefined, ipMode: 'VIP' })),
  };
}

function summaryOf(services: readonly ServiceChange[]): PlanReport['summary'] {
  const count = (kind: ServiceChangeKind): number => services.filter(({ change }) => change === kind).length;
  const [keeps, moves, loses, gains, waits] = serviceChangeKinds.map(count);
  return { keeps: keeps ?? 0, moves: moves ?? 0, loses: loses ?? 0, gains: gains ?? 0, waits: waits ?? 0 };
}

function newFindings(findings: readonly Finding[], known: readonly Finding[]): readonly PlannedFinding[] {
  const messages = new Set(known.map(({ message }) => message));
  return findings
    .filter(({ message }) => !messages.has(message))
    .map(({ severity, message }) => ({ severity, message }));
}

function notesOf(
  { ignored, withoutNamespace }: Manifests,
  { namespace, unreadable }: Cluster,
  currentUnusable: boolean,
  nextUnusable: boolean,
): readonly string[] {
  const notes = ignored.map(({ object, why }) => `${object} plays no part: ${why}`);
  if (withoutNamespace.length > 0) {
    const which = withoutNamespace.join(', ');
    notes.push(`without a namespace, planned as if applied with -n ${namespace}: ${which}`);
  }
  if (nextUnusable) notes.push('this configuration can not be used: the last good one would stay in force');
  if (currentUnusable) notes.push('the configuration of now can not be used: what the controller goes by is not known');
  notes.push(...unreadable.map(({ resource, why }) => `planned without ${resource}: ${why}`));
  return notes;
}
