import type { ClaimEntry } from '../liveness/message.ts';
import type { OwnedGroup } from './owned-group.ts';

export interface Held {
  epoch: number;
  readonly sinceMs: number;
  /** Its first announcement has been sent, so that others may be told. */
  announced: boolean;
  /**
   * Only until one takes it that ranks before this node: nobody served it, and this node has just started; or this node
   * is no candidate any more, and nobody has come.
   */
  settling: boolean;
}

export interface Challenger {
  readonly node: string;
  readonly sinceMs: number;
}

/** A group of the table, and what this node makes of it. */
export interface GroupState {
  group: OwnedGroup;
  /** Who held its addresses when they were in another group: it goes on as soon as its table says so, too. */
  readonly formerHolder: string | undefined;
  /** `OwnedGroup.able`, or what the links have said since. */
  able: boolean;
  /** By this node. */
  held: Held | undefined;
  /** The highest that was heard of or used. */
  epoch: number;
  /** Whose claim counts now. */
  holder: string | undefined;
  /** The last that there was. */
  lastHolder: string | undefined;
  /** A holder that could go on was seen: from then on only the policy moves it, and what befalls the holder. */
  served: boolean;
  /** The best candidate now, and its place among the candidates. */
  best: string | undefined;
  bestRank: number;
  /** Who should hold it. */
  wanted: string | undefined;
  /** A changed preference moves it away from this holder, whatever the policy. */
  preferredOver: string | undefined;
  /** Where failback has a delay: those that rank before the holder and could serve, since then. BOUNDED by the candidates. */
  challengers: readonly Challenger[];
  /** Nobody serves the group, and that node should since then. */
  waiting: { readonly node: string; readonly sinceMs: number } | undefined;
  /** Those that should have taken it and did not. BOUNDED by the candidates. */
  passedOver: readonly string[];
  /** This node gave it up to another one, and does not claim it again before that time. */
  yielded: { readonly to: string; readonly untilMs: number } | undefined;
  /** Another node claimed what this one held, though it is no candidate here: by its table it is one. */
  deferredTo: string | undefined;
  /** This node holds it and should not, since then. */
  unwantedSinceMs: number | undefined;
  /** When this node last claimed it once more, against another one's claim. */
  reclaimedMs: number;
  announceAgainAtMs: number | undefined;
  /** Another node claims what this node holds: when that one is told again. */
  rivalDueMs: number | undefined;
  /** When that last happened. */
  announcedAgainMs: number;
  /** The others know that this node can't serve it. */
  toldUnfit: boolean;
}

export function newGroupState(group: OwnedGroup, epoch: number, formerHolder: string | undefined): GroupState {
  return {
    group: { ...group, holder: formerHolder ?? group.holder },
    formerHolder,
    able: group.able,
    held: undefined,
    epoch,
    holder: undefined,
    lastHolder: undefined,
    served: false,
    best: undefined,
    bestRank: group.candidates.length,
    wanted: undefined,
    preferredOver: undefined,
    challengers: [],
    waiting: undefined,
    passedOver: [],
    yielded: undefined,
    deferredTo: undefined,
    unwantedSinceMs: undefined,
    reclaimedMs: Number.NEGATIVE_INFINITY,
    announceAgainAtMs: undefined,
    rivalDueMs: undefined,
    announcedAgainMs: Number.NEGATIVE_INFINITY,
    toldUnfit: false,
  };
}

/** What the others are told of it. */
export function entryOf(group: string, { epoch, settling }: Held): ClaimEntry {
  return { group, epoch, state: settling ? 'settling' : 'held' };
}

/** Whether `one` comes before `other`: by rank, then by name, so that any two nodes say the same of any two. */
export function ranksBefore(candidates: readonly string[], one: string, other: string): boolean {
  const rankOf = (node: string): number => {
    const rank = candidates.indexOf(node);
    return rank < 0 ? candidates.length : rank;
  };
  const difference = rankOf(one) - rankOf(other);
  return difference === 0 ? one < other : difference < 0;
}
