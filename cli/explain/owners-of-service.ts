import { type AnnounceReason, announceReasonTexts } from '../../shared/api/reasons.ts';
import { ownerSinceAnnotation, type ServiceL2Status } from '../../shared/api/service-l2-status.ts';
import type { GroupPlan } from '../../speaker/group-plan.ts';
import { holdersOf } from '../../speaker/holders.ts';
import { preferenceScore } from '../../speaker/node-verdicts.ts';
import type { ServicePlan } from '../../speaker/plan.ts';
import { serviceOf } from '../../speaker/status/l2-status.ts';
import type { Decided } from '../decisions/decided.ts';
import { membersOf } from '../decisions/speakers.ts';
import { PlannedOwners } from '../plan/planned-owner.ts';
import type { ExplainedGroup, ExplainedNode, ExplainedOwner } from './explain-report.ts';

/** Who may announce the Service's addresses, in which order, and who does. */
export function groupsOfService(key: string, plan: ServicePlan, decided: Decided): readonly ExplainedGroup[] {
  const { cluster, speakers } = decided;
  const reported = holdersOf(decided.plan, cluster.l2Statuses);
  const owners = new PlannedOwners(membersOf(speakers), cluster.installation.failback);
  return plan.groups.map((group, index) => {
    const report = index === 0 ? cluster.l2Statuses.find((status) => serviceOf(status) === key) : undefined;
    const holder = reported(group);
    const node = report?.node || holder;
    const wanted = owners.of({ group, holder, former: undefined });
    return {
      addresses: group.ips,
      movesWith: group.services.filter((service) => service !== key),
      nodes: nodesOfGroup(group, group.candidates.includes(holder ?? '') ? holder : undefined, decided),
      owner: { ...reportOf(node, report, decided), decided: wanted },
    };
  });
}

/** Of an address that nobody may announce: every node with its reason. */
export function nodesWithReasons(reasons: ReadonlyMap<string, AnnounceReason>): readonly ExplainedNode[] {
  return [...reasons]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, reason]) => ({ node, rank: undefined, score: 0, reason, text: announceReasonTexts[reason] }));
}

/** Candidates by rank, then the others by name. `owner`: the candidate that says that it is the owner. */
function nodesOfGroup(group: GroupPlan, owner: string | undefined, { cluster }: Decided): readonly ExplainedNode[] {
  const next = group.candidates.find((name) => name !== owner);
  const nodeByName = new Map(cluster.nodes.map((node) => [node.meta.name, node]));
  const candidates = group.candidates.map((name, index): ExplainedNode => {
    const node = nodeByName.get(name);
    const advertisements = new Set(group.ips.flatMap((ip) => group.allowed.get(ip)?.get(name) ?? []));
    const reason = name === owner ? 'owner' : 'notOwner';
    const score = node === undefined ? 0 : preferenceScore(node, advertisements);
    const text = name === owner ? 'announces it' : standbyText(name === next, owner);
    return { node: name, rank: index + 1, score, reason, text };
  });
  return [...candidates, ...nodesWithReasons(group.passedOver)];
}

function standbyText(isNext: boolean, owner: string | undefined): string {
  if (!isNext) return 'stands by';
  return owner === undefined ? 'is due to announce it' : `takes over if ${owner} fails`;
}

function reportOf(
  node: string | undefined,
  report: ServiceL2Status | undefined,
  { speakers }: Decided,
): Omit<ExplainedOwner, 'decided'> {
  return {
    node,
    since: report?.meta.annotations[ownerSinceAnnotation],
    interfaces: report?.interfaces ?? [],
    macs: node === undefined ? [] : (speakers.get(node)?.facts.macs ?? []),
  };
}
