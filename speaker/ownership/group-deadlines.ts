import { type Choice, type ChoiceView, isSettling } from './choice.ts';
import type { GroupState } from './group-state.ts';

/** A holder that is no candidate any more answers so long for the next one to come first. */
export const handOverMs = 2000;
/** If that one has not come by then, its table is another: it is told that it may come. */
export const resignMs = 1000;
/** Who should take a group and does not is asked what it claims, and then passed over. */
const askAfterMs = 1000;
const passOverAfterMs = 2000;

/** Notes for whom this node waits: nobody serves the group, and that node should. */
export function noteWaiting(state: GroupState, choice: Choice, view: ChoiceView, nowMs: number): void {
  const { wanted } = choice;
  const { candidates } = state.group;
  const waits =
    wanted !== undefined &&
    wanted !== view.self &&
    !choice.valid &&
    state.held === undefined &&
    // By its Lease alone nobody sees whether it serves.
    !view.nodes.byLease(wanted) &&
    candidates.includes(view.self);
  if (!waits) state.waiting = undefined;
  else if (state.waiting?.node !== wanted) state.waiting = { node: wanted, sinceMs: nowMs };
}

/** Goes on to the next candidate where this one has let all time pass, and nobody serves the group by another table. */
export function passOver(state: GroupState, choice: Choice, view: ChoiceView, nowMs: number): boolean {
  const { waiting } = state;
  if (waiting === undefined || nowMs - waiting.sinceMs < passOverAfterMs) return false;
  if (isServed(state, choice, view)) return false;
  state.passedOver = [...state.passedOver, waiting.node];
  state.waiting = undefined;
  return true;
}

/** A node claims it for good that lives, candidate or not. */
function isServed(state: GroupState, { holder }: Choice, view: ChoiceView): boolean {
  if (holder === undefined || view.nodes.byLease(holder) || isSettling(state, view, holder)) return false;
  const standing = view.nodes.standing(holder);
  return standing === 'live' || standing === 'probation';
}

export function nodeToAsk({ waiting }: GroupState, nowMs: number): string | undefined {
  return waiting !== undefined && nowMs - waiting.sinceMs >= askAfterMs ? waiting.node : undefined;
}

/** When the group has to be looked at again although nothing happens. */
export function groupDeadlineMs(state: GroupState, view: ChoiceView, nowMs: number): number {
  const dueMs = [state.announceAgainAtMs, state.rivalDueMs, waitingDueMs(state, nowMs)];
  const isWanted = state.wanted === view.self;
  if (state.unwantedSinceMs !== undefined && !state.group.candidates.includes(view.self)) {
    dueMs.push(state.unwantedSinceMs + resignMs, state.unwantedSinceMs + handOverMs);
  }
  if (isWanted && state.held === undefined) dueMs.push(state.yielded?.untilMs);
  const delayMs = typeof view.failback === 'object' ? view.failback.delayMs : 0;
  for (const { sinceMs } of state.challengers) dueMs.push(sinceMs + delayMs);
  return Math.min(...dueMs.filter((ms) => ms !== undefined && ms > nowMs).map(Number), Number.POSITIVE_INFINITY);
}

function waitingDueMs({ waiting }: GroupState, nowMs: number): number | undefined {
  if (waiting === undefined) return undefined;
  const askMs = waiting.sinceMs + askAfterMs;
  return askMs > nowMs ? askMs : waiting.sinceMs + passOverAfterMs;
}
