import type { ObjectKey } from '../shared/api/object-meta.ts';
import type { AnnounceReason } from '../shared/api/reasons.ts';
import type { Advertisement } from '../shared/config/model.ts';
import { rankCandidates } from './election.ts';
import type { Eligibility } from './eligibility.ts';
import { nearestReason } from './eligibility.ts';

/** The nodes that may answer for an address, each with the advertisements that allow it. */
export type Allowed = ReadonlyMap<string, readonly Advertisement[]>;

/** One address of one Service, and who may announce it on that Service's behalf. */
export interface Claim {
  readonly service: ObjectKey;
  readonly ip: string;
  readonly eligibility: Eligibility;
}

/** Addresses that one node answers for, all of them. */
export interface GroupPlan {
  /** The address in the election's digest. */
  readonly electedBy: string;
  readonly ips: readonly string[];
  /** By key, ascending. */
  readonly services: readonly ObjectKey[];
  /** Best first; the first is the owner. Not empty. */
  readonly candidates: readonly string[];
  /** Why every other node is none. */
  readonly passedOver: ReadonlyMap<string, AnnounceReason>;
  readonly allowed: ReadonlyMap<string, Allowed>;
}

export interface GroupInput {
  readonly electedBy: string;
  /** All claims of the group; not empty. */
  readonly claims: readonly Claim[];
  /** All nodes, by digest for `electedBy`. */
  readonly order: readonly string[];
  /** Nodes that are being emptied or whose kube-proxy fails: none is a candidate as long as another one remains. */
  readonly yielding: ReadonlyMap<string, AnnounceReason>;
  readonly scoreOf: (node: string, advertisements: ReadonlySet<Advertisement>) => number;
}

/**
 * Elects for one address group. A node may own it when, for each address that anybody may announce, it may announce
 * it on behalf of one of the Services. Where the advertisements leave no such node, the group can't stay together:
 * then each address is elected for itself, since an address that nobody answers is worse.
 */
export function planGroup(input: GroupInput): readonly GroupPlan[] {
  const [first] = input.claims;
  if (first === undefined) return [];
  if (input.claims.every(({ eligibility }) => eligibility === first.eligibility)) {
    return elect(input, input.claims, first.eligibility);
  }
  const claims = input.claims.filter(({ eligibility }) => eligibility.through.size > 0);
  const together = elect(input, claims, joined(input, claims));
  return together.length > 0 ? together : planApart(input, claims);
}

/** What a group's plan says about a node; undefined for a node that it does not know. */
export function verdictOn(group: GroupPlan, node: string): AnnounceReason | undefined {
  if (group.candidates[0] === node) return 'owner';
  return group.candidates.includes(node) ? 'notOwner' : group.passedOver.get(node);
}

function planApart(input: GroupInput, claims: readonly Claim[]): readonly GroupPlan[] {
  const byIp = Map.groupBy(claims, ({ ip }) => ip);
  return [...byIp.values()].flatMap((own) => elect(input, own, joined(input, own)));
}

function elect(input: GroupInput, claims: readonly Claim[], eligibility: Eligibility): readonly GroupPlan[] {
  const { candidates, yielded } = withoutYielding(rankCandidates(input.order, eligibility.scores), input.yielding);
  if (candidates.length === 0) return [];
  return [
    {
      electedBy: input.electedBy,
      ips: [...new Set(claims.map(({ ip }) => ip))],
      services: [...new Set(claims.map(({ service }) => service))].sort(),
      candidates,
      passedOver: yielded.size === 0 ? eligibility.reasons : new Map([...eligibility.reasons, ...yielded]),
      allowed: allowedByIp(claims),
    },
  ];
}

function withoutYielding(ranked: readonly string[], yielding: ReadonlyMap<string, AnnounceReason>) {
  const yielded = new Map<string, AnnounceReason>();
  if (yielding.size === 0) return { candidates: ranked, yielded };
  const staying = ranked.filter((node) => !yielding.has(node));
  if (staying.length === 0) return { candidates: ranked, yielded };
  for (const node of ranked) {
    const reason = yielding.get(node);
    if (reason !== undefined) yielded.set(node, reason);
  }
  return { candidates: staying, yielded };
}

/** Who may announce every address of these claims. */
function joined(input: GroupInput, claims: readonly Claim[]): Eligibility {
  const allowed = [...allowedByIp(claims).values()];
  const through = new Map<string, readonly Advertisement[]>();
  const scores = new Map<string, number>();
  const reasons = new Map<string, AnnounceReason>();
  for (const node of input.order) {
    if (allowed.length > 0 && allowed.every((nodes) => nodes.has(node))) {
      const advertisements = new Set(allowed.flatMap((nodes) => nodes.get(node) ?? []));
      through.set(node, [...advertisements]);
      scores.set(node, input.scoreOf(node, advertisements));
    } else reasons.set(node, reasonOf(node, claims));
  }
  return { through, scores, reasons };
}

function reasonOf(node: string, claims: readonly Claim[]): AnnounceReason {
  return nearestReason(claims.flatMap(({ eligibility }) => eligibility.reasons.get(node) ?? []));
}

/** Several Services on one address: what one of them allows is allowed. */
function allowedByIp(claims: readonly Claim[]): ReadonlyMap<string, Allowed> {
  const result = new Map<string, Allowed>();
  for (const { ip, eligibility } of claims) {
    const known = result.get(ip);
    if (known === undefined) result.set(ip, eligibility.through);
    else if (known !== eligibility.through) result.set(ip, union(known, eligibility.through));
  }
  return result;
}

function union(a: Allowed, b: Allowed): Allowed {
  const result = new Map(a);
  for (const [node, advertisements] of b) {
    result.set(node, [...new Set([...(result.get(node) ?? []), ...advertisements])]);
  }
  return result;
}
