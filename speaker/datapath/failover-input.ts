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

/**
 * The groups of a table's addresses, each with whether this node can serve it; `before`: to which groups the addresses
 * belonged in the table before.
 */
export function groupsOfTable(
  vips: readonly Vip[],
  means: Means,
  before: ReadonlyMap<string, { readonly group: string }>,
): readonly OwnedGroup[] {
  const abilities = abilitiesOf(vips, means);
  const groups = new Map<string, OwnedGroup & { readonly formerKeys: Set<string> }>();
  for (const { ip, group: key, candidates, holder } of vips) {
    const able = abilities.get(key) ?? false;
    const group = groups.getOrInsertComputed(key, () => ({ key, candidates, able, holder, formerKeys: new Set() }));
    const former = before.get(ip)?.group ?? key;
    if (former !== key) group.formerKeys.add(former);
  }
  return [...groups.values()];
}

/** By group: whether the links let this node serve all its addresses, and any of them is free to be announced. */
export function abilitiesOf(vips: readonly Vip[], { links, inUse }: Means): ReadonlyMap<string, boolean> {
  const abilities = new Map<string, boolean>();
  const free = new Set<string>();
  for (const vip of vips) {
    abilities.set(vip.group, (abilities.get(vip.group) ?? true) && isAble(vip, links));
    if (!inUse(vip.ip)) free.add(vip.group);
  }
  for (const group of abilities.keys()) if (!free.has(group)) abilities.set(group, false);
  return abilities;
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
      failover.leaseRenewed(instruction.node, nowMs - instruction.agoMs);
      break;
    case 'apiHeard':
      failover.apiHeard(nowMs - instruction.agoMs);
      break;
    case 'leave':
      failover.leave(nowMs);
      break;
  }
}
