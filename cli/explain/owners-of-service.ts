import type { Node } from '../../shared/api/node.ts';
import { type ObjectKey, parseTime } from '../../shared/api/object-meta.ts';
import type { AnnounceReason } from '../../shared/api/reasons.ts';
import { ownerSinceAnnotation, type ServiceL2Status } from '../../shared/api/service-l2-status.ts';
import type { GroupPlan } from '../../speaker/group-plan.ts';
import { holdersOf } from '../../speaker/holders.ts';
import { preferenceScore } from '../../speaker/node-verdicts.ts';
import { serviceOf } from '../../speaker/status/l2-status.ts';
import type { Decided } from '../decisions/decided.ts';
import { membersOf } from '../decisions/speakers.ts';
import type { RecentEvent } from '../doctor/recent-event.ts';
import { PlannedOwners } from '../plan/planned-owner.ts';
import { announceCauseText } from './announcement-remedies.ts';
import type { ExplainedGroup, ExplainedNode, ExplainedOwner } from './explain-report.ts';
import { takeoverOf } from './recent-news.ts';

/** Of an address that nobody says it announces. */
export const nobody: ExplainedOwner = {
  node: undefined,
  since: undefined,
  interfaces: [],
  macs: [],
  takeover: undefined,
  decided: undefined,
};

/** Who may announce the addresses of Services, in which order, and who does. */
export class ServiceOwners {
  readonly #decided: Decided;
  readonly #events: readonly RecentEvent[];
  readonly #reports: ReadonlyMap<ObjectKey, ServiceL2Status>;
  readonly #holderOf: (group: GroupPlan) => string | undefined;
  readonly #owners: PlannedOwners;
  readonly #nodes: ReadonlyMap<string, Node>;

  /** `events`: those about the Services that are asked for. */
  constructor(decided: Decided, events: readonly RecentEvent[] = []) {
    const { nodes, l2Statuses, installation } = decided.cluster;
    this.#decided = decided;
    this.#events = events;
    this.#reports = new Map(l2Statuses.map((status) => [serviceOf(status), status]));
    this.#holderOf = holdersOf(decided.plan, l2Statuses);
    this.#owners = new PlannedOwners(membersOf(decided.speakers), installation.failback);
    this.#nodes = new Map(nodes.map((node) => [node.meta.name, node]));
  }

  /** The groups that the Service's addresses are in. */
  groupsOf(key: ObjectKey): readonly ExplainedGroup[] {
    const groups = this.#decided.plan.services.get(key)?.groups ?? [];
    return groups.map((group, index) => {
      // The report of a Service that is torn into several groups tells about the first one.
      const report = index === 0 ? this.#reports.get(key) : undefined;
      const holder = this.#holderOf(group);
      return {
        addresses: group.ips,
        movesWith: group.services.filter((service) => service !== key),
        nodes: this.#nodesOf(group, group.candidates.includes(holder ?? '') ? holder : undefined),
        owner: {
          ...this.#reportOf(report?.node || holder, report),
          decided: this.#owners.of({ group, holder, former: undefined }),
        },
      };
    });
  }

  #reportOf(node: string | undefined, report: ServiceL2Status | undefined): Omit<ExplainedOwner, 'decided'> {
    if (node === undefined) return nobody;
    const since = report?.meta.annotations[ownerSinceAnnotation];
    return {
      node,
      since,
      interfaces: report?.interfaces ?? [],
      macs: this.#decided.speakers.get(node)?.facts.macs ?? [],
      takeover: takeoverOf(node, parseTime(since), this.#events),
    };
  }

  /** Candidates by rank, then the others by name. `owner`: the candidate that says that it is the owner. */
  #nodesOf(group: GroupPlan, owner: string | undefined): readonly ExplainedNode[] {
    const next = group.candidates.find((name) => name !== owner);
    const candidates = group.candidates.map((name, index): ExplainedNode => {
      const node = this.#nodes.get(name);
      const advertisements = new Set(group.ips.flatMap((ip) => group.allowed.get(ip)?.get(name) ?? []));
      const score = node === undefined ? 0 : preferenceScore(node, advertisements);
      const reason = name === owner ? 'owner' : 'notOwner';
      const text = name === owner ? 'announces it' : standbyText(name === next, owner);
      return { node: name, rank: index + 1, score, reason, text };
    });
    return [...candidates, ...nodesWithReasons(group.passedOver)];
  }
}

/** Of an address that nobody may announce: every node with its reason. */
export function nodesWithReasons(reasons: ReadonlyMap<string, AnnounceReason>): readonly ExplainedNode[] {
  return [...reasons]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, reason]) => ({ node, rank: undefined, score: 0, reason, text: announceCauseText(reason) }));
}

function standbyText(isNext: boolean, owner: string | undefined): string {
  if (!isNext) return 'stands by';
  return owner === undefined ? 'is due to announce it' : `takes over if ${owner} fails`;
}
