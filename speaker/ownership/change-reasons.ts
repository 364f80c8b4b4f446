import type { GiveUpReason, TakeoverReason } from '../datapath/table.ts';
import { type Choice, type ChoiceView, isSettling, type Rival } from './choice.ts';
import type { GroupState } from './group-state.ts';

/** Claims meet within this after nodes that were parted hear each other again; it ends before any probation does. */
const reunionMs = 1000;

/** Why this node takes the group, and from whom. */
export function takeoverOf(
  state: GroupState,
  choice: Choice,
  view: ChoiceView,
): { readonly reason: TakeoverReason; readonly from: string | undefined } {
  const last = state.lastHolder ?? state.group.holder;
  const from = last === view.self ? undefined : last;
  return { from, reason: reasonOf(state, choice, view, from) };
}

/** Why this node gives up what another one should hold. */
export function handOverReason({ group: { candidates } }: GroupState, { self, nodes }: ChoiceView): GiveUpReason {
  if (nodes.standing(self) === 'leaving') return 'stopping';
  return candidates.includes(self) ? 'betterCandidateLive' : 'notCandidate';
}

/**
 * Why this node gives up what another one claims, too. Two held it where they were parted until a moment ago, or neither
 * knew of the other. Else that one knew of this node's claim and took it in order: what it goes by, a newer table or how
 * a node stands, has not come here yet.
 */
export function yieldReason(state: GroupState, rival: Rival, view: ChoiceView, nowMs: number): GiveUpReason {
  if (state.wanted === rival.node) return handOverReason(state, view);
  const wereParted = [view.self, rival.node].some((node) => view.nodes.returnedSince(node, nowMs - reunionMs));
  // Its claim has stood beside this node's, or does so by chance.
  const stoodBeside = state.rivalDueMs !== undefined || rival.epoch === state.held?.epoch;
  return wereParted || stoodBeside ? 'claimedByOther' : 'takenOver';
}

function reasonOf(state: GroupState, choice: Choice, view: ChoiceView, from: string | undefined): TakeoverReason {
  if (choice.valid) {
    const wanted = view.failback === 'always' || state.preferredOver === choice.holder;
    return !wanted && isSettling(state, view, choice.holder) ? 'placedByRank' : 'preferred';
  }
  if (state.passedOver.length > 0) return 'nobodyTookIt';
  if (state.epoch === 0 && state.group.holder === view.self) return 'heldBefore';
  return (from === undefined ? undefined : lossOf(from, state, view)) ?? rankReason(state, view);
}

function lossOf(from: string, state: GroupState, view: ChoiceView): TakeoverReason | undefined {
  const standing = view.nodes.standing(from);
  // Without a claim it has started anew.
  if (standing === 'dead' || standing === 'probation') return 'ownerNotLive';
  if (standing === 'leaving') return 'ownerLeaving';
  if (view.book.statement(state.group.key, from)?.state === 'unfit') return 'ownerUnfit';
  return state.group.candidates.includes(from) ? undefined : 'ownerNotCandidate';
}

function rankReason({ group: { candidates } }: GroupState, view: ChoiceView): TakeoverReason {
  if (candidates[0] !== view.self) return 'ownerNotLive';
  return candidates.length === 1 ? 'onlyCandidate' : 'firstCandidate';
}
