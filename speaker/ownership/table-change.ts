import { bestCandidate, type ChoiceView } from './choice.ts';
import type { GroupState } from './group-state.ts';
import type { OwnedGroup } from './owned-group.ts';

export function sameGroup(one: OwnedGroup, other: OwnedGroup): boolean {
  return one.holder === other.holder && sameOrder(one.candidates, other.candidates);
}

/**
 * Whether only candidates come or go that rank behind the holder: where it is the best one, and lives, nothing else is
 * looked at. A node that joins changes the candidates of all groups, and the decision about few.
 */
export function changesNothing(state: GroupState, group: OwnedGroup, { nodes }: ChoiceView): boolean {
  const { best, bestRank, holder, wanted } = state;
  const isSettled = best !== undefined && holder === best && wanted === best && nodes.standing(best) === 'live';
  if (!isSettled || isUnusual(state) || state.able !== group.able) return false;
  // What the API server says counts where others can't be heard.
  const told = [state.group.holder, group.holder];
  if (told.some((one) => one !== undefined && one !== best)) return false;
  return isSamePrefix(state.group.candidates, group.candidates, bestRank + 1);
}

/**
 * The holder from which a newer table moves the group under any policy: it ranked before the best candidate, and now
 * ranks behind it. Digests never change, so that only a changed preference does this. A node that was no candidate in
 * between only comes back: that is failback's matter.
 */
export function movedByPreference(state: GroupState, group: OwnedGroup, view: ChoiceView): string | undefined {
  const { holder } = state;
  const best = bestCandidate({ ...state, group, able: group.able }, view).node;
  if (holder === undefined || best === undefined || best === holder) return undefined;
  // Without claims the two can't agree on who comes when.
  if (view.nodes.byLease(best) || view.nodes.byLease(holder)) return undefined;
  const before = orderOf(state.group.candidates, holder, best);
  const now = orderOf(group.candidates, holder, best);
  if (now !== 'behind') return undefined;
  return before === 'before' ? holder : state.preferredOver;
}

function orderOf(candidates: readonly string[], one: string, other: string): 'before' | 'behind' | undefined {
  const rank = candidates.indexOf(one);
  const otherRank = candidates.indexOf(other);
  if (rank < 0 || otherRank < 0) return undefined;
  return rank < otherRank ? 'before' : 'behind';
}

/** Something is remembered that a newer table ends. */
function isUnusual({ passedOver, preferredOver, deferredTo }: GroupState): boolean {
  return passedOver.length > 0 || preferredOver !== undefined || deferredTo !== undefined;
}

function isSamePrefix(one: readonly string[], other: readonly string[], length: number): boolean {
  for (let rank = 0; rank < length; rank += 1) if (one[rank] !== other[rank]) return false;
  return true;
}

/** A table that is like the one before has the very same lists. */
export function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((node, rank) => node === other[rank]));
}
