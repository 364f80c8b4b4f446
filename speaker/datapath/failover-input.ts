import type { FailoverMachine } from '../failover/failover.ts';
import type { LivenessMember } from '../liveness/peers.ts';
import type { Standing } from '../liveness/standing.ts';
import type { OwnedGroup } from '../ownership/owned-group.ts';
import type { Instruction } from './datapath-message.ts';
import { hasCarrier } from './link-news.ts';
import type { LinksByIndex } from './served-table.ts';
import type { DatapathTable, Vip } from './table.ts';

/** What this node can serve depends on. */
export interface Means {
  readonly links: LinksByIndex;
  /** Whether another machine uses the address, so that it can't be announced. */
  readonly inUse: (ip: string) => boolean;
}

/** Of a group, as far as its addresses have been looked at. */
interface Fitness {
  /** The links let this node serve all of them. */
  able: boolean;
  /** Any of them can be announced. */
  free: boolean;
}

interface GroupDraft extends OwnedGroup, Fitness {
  able: boolean;
  formerKeys?: Set<string>;
}

/**
 * The groups of a table's addresses, each with whether this node can serve it; `before`: to which groups the addresses
 * belonged in the table before.
 */
export function groupsOfTable(
  vips: readonly Vip[],
  means: Means,
  before: ReadonlyMap<string, { readonly group: string }>,
): readonly OwnedGroup[] {
  const groups = new Map<string, GroupDraft>();
  for (const vip of vips) {
    const { group: key, candidates, holder } = vip;
    let group = groups.get(key);
    if (group === undefined) {
      group = { key, candidates, holder, able: true, free: false };
      groups.set(key, group);
    }
    judge(group, vip, means);
    const former = before.get(vip.ip)?.group ?? key;
    if (former === key) continue;
    group.formerKeys ??= new Set();
    group.formerKeys.add(former);
  }
  const drafts = [...groups.values()];
  for (const draft of drafts) draft.able &&= draft.free;
  return drafts;
}

/** By group: whether the links let this node serve all its addresses, and any of them is free to be announced. */
export function abilitiesOf(vips: readonly Vip[], means: Means): ReadonlyMap<string, boolean> {
  const groups = new Map<string, Fitness>();
  for (const vip of vips) judge(groups.getOrInsertComputed(vip.group, unjudged), vip, means);
  return new Map(Array.from(groups, ([group, { able, free }]) => [group, able && free]));
}

function unjudged(): Fitness {
  return { able: true, free: false };
}

function judge(fitness: Fitness, vip: Vip, { links, inUse }: Means): void {
  fitness.able &&= isAble(vip, links);
  fitness.free ||= !inUse(vip.ip);
}

/** Whether one of the address's interfaces gets frames through, as far as netlink has told. */
function isAble({ interfaces }: Vip, links: LinksByIndex): boolean {
  return interfaces.some(({ index }) => hasCarrier(links, index));
}

export function membersOfTable({ members }: DatapathTable): readonly LivenessMember[] {
  return members.map(({ node, incarnation, port, leaseExpired }) => {
    return { node, incarnation, takesPart: port > 0, leaseExpired };
  });
}

/** How many members there are of each standing, this node among them. */
export function countStandings(
  { self, members }: DatapathTable,
  standingOf: (node: string) => Standing,
): Readonly<Partial<Record<Standing, number>>> {
  const counts: Partial<Record<Standing, number>> = {};
  for (const node of new Set([self, ...members.map((member) => member.node)])) {
    const standing = standingOf(node);
    counts[standing] = (counts[standing] ?? 0) + 1;
  }
  return counts;
}

/** Tells it what main says, but for a table. */
export function tellFailover(
  failover: FailoverMachine,
  instruction: Exclude<Instruction, { readonly type: 'table' }>,
  nowMs: number,
): void {
  switch (instruction.type) {
    case 'leaseRenewed':
      failover.leaseRenewed(instruction.node, nowMs - instruction.agoMs, nowMs);
      break;
    case 'apiHeard':
      failover.apiHeard(nowMs - instruction.agoMs);
      break;
    case 'leave':
      failover.leave(nowMs);
      break;
  }
}
