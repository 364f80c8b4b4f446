import type { DatapathTable, Link, Member, Vip, VipInterface } from './datapath/table.ts';
import type { GroupPlan } from './group-plan.ts';
import { isUsable, serves } from './interfaces.ts';
import type { SpeakerFacts } from './liveness/speaker-facts.ts';
import type { Plan } from './plan.ts';

export interface TableInput {
  readonly version: number;
  /** This node's name. */
  readonly self: string;
  readonly plan: Plan;
  readonly speakers: ReadonlyMap<string, SpeakerFacts>;
  /** This node's. */
  readonly links: readonly Link[];
  readonly exclusions: RegExp;
}

/** What the datapath thread needs of a plan: the addresses that this node may own, and who else lives. */
export function tableOfPlan(input: TableInput): DatapathTable {
  const links = usableLinks(input);
  return {
    version: input.version,
    self: input.self,
    members: membersOf(input.speakers),
    vips: input.plan.groups
      .filter((group) => group.candidates.includes(input.self))
      .flatMap((group) => group.ips.map((ip) => vipOf(group, ip, input.self, links))),
  };
}

interface UsableLink {
  readonly link: Link;
  readonly onlyIfNamed: boolean;
}

function usableLinks({ links, exclusions }: TableInput): readonly UsableLink[] {
  return links.filter(isUsable).map((link) => ({ link, onlyIfNamed: exclusions.test(link.name) }));
}

/** Names of the interfaces on which the node answers for the address, and their indexes and MACs. */
function vipOf(group: GroupPlan, ip: string, self: string, links: readonly UsableLink[]): Vip {
  const advertisements = group.allowed.get(ip)?.get(self) ?? [];
  const interfaces: VipInterface[] = [];
  for (const { link, onlyIfNamed } of links) {
    const published = { name: link.name, carrier: link.carrier, onlyIfNamed };
    if (advertisements.some((advertisement) => serves(advertisement.interfaces, published))) {
      interfaces.push({ index: link.index, mac: link.mac });
    }
  }
  return { ip, service: group.services[0] ?? '', interfaces, candidates: group.candidates };
}

function membersOf(speakers: ReadonlyMap<string, SpeakerFacts>): readonly Member[] {
  return [...speakers]
    .map(([node, { address, port, incarnation, macs }]) => ({ node, address, port, incarnation, macs }))
    .sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0));
}

/** Do both tables say the same, whatever their versions? */
export function sameTable(a: DatapathTable, b: DatapathTable): boolean {
  return (
    a.self === b.self &&
    sameList(a.members, b.members, sameMember) &&
    sameList(
      a.vips,
      b.vips,
      (one, other) => one.ip === other.ip && one.service === other.service && sameVip(one, other),
    )
  );
}

function sameMember(a: Member, b: Member): boolean {
  return (
    a.node === b.node &&
    a.address === b.address &&
    a.port === b.port &&
    a.incarnation === b.incarnation &&
    sameList(a.macs, b.macs, (one, other) => one === other)
  );
}

function sameVip(a: Vip, b: Vip): boolean {
  return (
    sameList(a.candidates, b.candidates, (one, other) => one === other) &&
    sameList(a.interfaces, b.interfaces, (one, other) => one.index === other.index && one.mac === other.mac)
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (one: T, other: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  return a.every((one, index) => {
    const other = b[index];
    return other !== undefined && same(one, other);
  });
}
