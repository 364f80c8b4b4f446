import { compareAddresses, parseAddress } from '../shared/net/address.ts';
import type { DatapathTable, Link, Member, Vip, VipInterface } from './datapath/table.ts';
import type { GroupPlan } from './group-plan.ts';
import { isUsable, serves } from './interfaces.ts';
import type { MemberFacts } from './membership/membership.ts';
import type { Plan } from './plan.ts';

export interface TableInput {
  readonly version: number;
  /** This node's name. */
  readonly self: string;
  readonly plan: Plan;
  readonly speakers: ReadonlyMap<string, MemberFacts>;
  /** Members that own nothing any more, and are listened to (`SilentMembers`). */
  readonly silent: ReadonlyMap<string, MemberFacts>;
  /** This node's. */
  readonly links: readonly Link[];
  readonly exclusions: RegExp;
  /** What this node answers for, as it was told to: also where the plan no longer has it among the candidates. */
  readonly held: ReadonlyMap<string, Vip>;
  /** The node that holds the group by the Services' reports. */
  readonly holderOf: (group: GroupPlan) => string | undefined;
  /** Whether the address is to be probed for before it is announced; none by default. */
  readonly toBeChecked?: (ip: string) => boolean;
}

/**
 * What the datapath thread needs of a plan: the addresses that this node may own, those that it holds and has to hand
 * over, and who else lives.
 */
export function tableOfPlan(input: TableInput): DatapathTable {
  const links = usableLinks(input);
  return {
    version: input.version,
    self: input.self,
    members: membersOf(new Map([...input.silent, ...input.speakers])),
    vips: input.plan.groups.flatMap((group) => vipsOf(group, links, input)),
  };
}

function vipsOf(group: GroupPlan, links: readonly UsableLink[], input: TableInput): readonly Vip[] {
  const isCandidate = group.candidates.includes(input.self);
  if (!isCandidate && !group.ips.some((ip) => input.held.has(ip))) return [];
  const common = {
    service: group.services[0] ?? '',
    group: groupKeyOf(group.ips),
    holder: input.holderOf(group),
    candidates: group.candidates,
  };
  return group.ips.map((ip) => {
    const allowed = interfacesOf(group, ip, input.self, links);
    // Until another node has taken over, it is answered where it was.
    const interfaces = isCandidate ? allowed : (input.held.get(ip)?.interfaces ?? []);
    return { ip, ...common, interfaces, ...(input.toBeChecked?.(ip) === true ? { check: true } : {}) };
  });
}

/** The lowest IPv4 address, or the lowest IPv6 where there is none. */
export function groupKeyOf(ips: readonly string[]): string {
  const [only = '', ...others] = ips;
  if (others.length === 0) return only;
  const addresses = ips.flatMap((ip) => {
    const address = parseAddress(ip);
    return address === undefined ? [] : [{ ip, address }];
  });
  return addresses.sort((a, b) => compareAddresses(a.address, b.address))[0]?.ip ?? only;
}

interface UsableLink {
  readonly link: Link;
  readonly onlyIfNamed: boolean;
}

function usableLinks({ links, exclusions }: TableInput): readonly UsableLink[] {
  return links.filter(isUsable).map((link) => ({ link, onlyIfNamed: exclusions.test(link.name) }));
}

/** Indexes and MACs of the interfaces on which the node may answer for the address. */
function interfacesOf(
  group: GroupPlan,
  ip: string,
  self: string,
  links: readonly UsableLink[],
): readonly VipInterface[] {
  const advertisements = group.allowed.get(ip)?.get(self) ?? [];
  const interfaces: VipInterface[] = [];
  for (const { link, onlyIfNamed } of links) {
    const published = { name: link.name, carrier: link.carrier, onlyIfNamed };
    if (advertisements.some((advertisement) => serves(advertisement.interfaces, published))) {
      interfaces.push({ index: link.index, mac: link.mac });
    }
  }
  return interfaces;
}

function membersOf(speakers: ReadonlyMap<string, MemberFacts>): readonly Member[] {
  return [...speakers]
    .map(([node, { address, port, incarnation, macs, leaseExpired }]) => {
      return { node, address, port, incarnation, macs, leaseExpired };
    })
    .sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0));
}

/** Do both tables say the same, whatever their versions? */
export function sameTable(a: DatapathTable, b: DatapathTable): boolean {
  return a.self === b.self && sameList(a.members, b.members, sameMember) && sameList(a.vips, b.vips, sameVip);
}

function sameMember(a: Member, b: Member): boolean {
  return (
    a.node === b.node &&
    a.address === b.address &&
    a.port === b.port &&
    a.incarnation === b.incarnation &&
    a.leaseExpired === b.leaseExpired &&
    sameList(a.macs, b.macs, (one, other) => one === other)
  );
}

function sameVip(a: Vip, b: Vip): boolean {
  return (
    a.ip === b.ip &&
    a.service === b.service &&
    a.group === b.group &&
    a.holder === b.holder &&
    a.check === b.check &&
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
