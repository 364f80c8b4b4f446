import type { LivenessMember } from '../liveness/peers.ts';
import type { Standing } from '../liveness/standing.ts';
import type { OwnedGroup } from '../ownership/owned-group.ts';
import { hasCarrier } from './link-news.ts';
import type { LinksByIndex } from './served-table.ts';
import type { DatapathTable, Vip } from './table.ts';

/** The groups of a table's addresses, each with whether this node's links let it serve all of them. */
export function groupsOfTable(vips: readonly Vip[], links: LinksByIndex): readonly OwnedGroup[] {
  const groups = new Map<string, OwnedGroup>();
  for (const vip of vips) {
    const group = groups.get(vip.group);
    const able = (group?.able ?? true) && isAble(vip, links);
    if (group === undefined || group.able !== able) {
      groups.set(vip.group, { key: vip.group, candidates: vip.candidates, able, holder: vip.holder });
    }
  }
  return [...groups.values()];
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
