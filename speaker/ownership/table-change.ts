import { bestCandidate, type ChoiceView } from './choice.ts';
import type { GroupState } from './group-state.ts';
import type { OwnedGroup } from './owned-group.ts';

export function sameGroup(one: OwnedGroup, other: OwnedGroup): boolean {
  return one.holder === other.holder && sameOrder(one.candidates, other.candidates);
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

/** A table that is like the one before has the very same lists. */
export function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((node, rank) => node === other[rank]));
}
