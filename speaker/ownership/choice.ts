import { isHeld } from '../liveness/message.ts';
import type { ClaimBook } from './claim-book.ts';
import { type Challenger, type GroupState, ranksBefore } from './group-state.ts';
import type { KnownNodes } from './known-nodes.ts';
import type { Failback } from './owned-group.ts';

const none: readonly Challenger[] = [];

/** What a choice looks at besides the group. */
export interface ChoiceView {
  /** This node's name. */
  readonly self: string;
  readonly failback: Failback;
  readonly nodes: KnownNodes;
  readonly book: ClaimBook;
}

/** Another node that claims a group. */
export interface Rival {
  readonly node: string;
  readonly epoch: number;
}

export interface Choice {
  /** Whose claim counts. */
  readonly holder: string | undefined;
  /** The holder may go on: a candidate, or one by its own table, that lives and can serve it. */
  readonly valid: boolean;
  readonly best: string | undefined;
  readonly bestRank: number;
  /** Who should hold it; undefined where nobody can. */
  readonly wanted: string | undefined;
  readonly challengers: readonly Challenger[];
}

/** Works out who should hold a group, from what this node knows. */
export function choose(state: GroupState, view: ChoiceView, nowMs: number): Choice {
  const best = bestCandidate(state, view);
  const holder = holderOf(state, view, best.node);
  const valid = holder !== undefined && mayGoOn(holder, state, view);
  // A holder gives way to a better rank, never to another's better standing: probation keeps nodes from taking.
  const mayMove = valid && holder !== state.deferredTo && best.node !== undefined;
  const better = mayMove && ranksBefore(state.group.candidates, best.node, holder);
  const challengers = better ? challengersOf(state, view, holder, nowMs) : none;
  const chosen = { holder, valid, best: best.node, bestRank: best.rank, challengers };
  if (!valid) return { ...chosen, wanted: successorOf(state, view, best.node) };
  return { ...chosen, wanted: better ? challengedOf(state, view, chosen, nowMs) : holder };
}

/**
 * The first candidate that lives and can serve; else the first on probation; else the first that is leaving. Those that
 * are not heard come last where only the others can know that the group is served by nobody.
 */
export function bestCandidate(
  state: GroupState,
  view: ChoiceView,
): { readonly node: string | undefined; readonly rank: number } {
  const { candidates } = state.group;
  const ranks = { live: -1, probation: -1, leaving: -1, unheard: -1 };
  const heardFirst = isMissedByHeardAlone(state, view);
  for (const [rank, node] of candidates.entries()) {
    const standing = view.nodes.standing(node);
    if (standing === 'dead') continue;
    const place = heardFirst && isUnheard(node, view) ? 'unheard' : standing;
    if (ranks[place] >= 0 || !isUsable(node, state, view)) continue;
    ranks[place] = rank;
    if (place === 'live') break;
  }
  const rank = [ranks.live, ranks.probation, ranks.leaving, ranks.unheard].find((one) => one >= 0);
  return { node: rank === undefined ? undefined : candidates[rank], rank: rank ?? candidates.length };
}

/**
 * The holder that the API server names was found dead by its pulses. Those that get none can't know it: while its Lease
 * runs they leave the group to it, also when it is back. So it is for those that are heard to replace it.
 */
function isMissedByHeardAlone({ group: { holder, candidates } }: GroupState, { nodes }: ChoiceView): boolean {
  if (holder === undefined || !candidates.includes(holder) || nodes.byLease(holder)) return false;
  const standing = nodes.standing(holder);
  return standing === 'dead' || standing === 'probation';
}

/** The strongest claim of another node that is not dead: the highest epoch, then the better rank. */
export function strongestOther(state: GroupState, view: ChoiceView): Rival | undefined {
  let strongest: Rival | undefined;
  for (const [node, { state: said, epoch }] of view.book.statements(state.group.key)) {
    if (!isHeld(said) || view.nodes.standing(node) === 'dead') continue;
    if (strongest === undefined || epoch > strongest.epoch) strongest = { node, epoch };
    else if (epoch === strongest.epoch && ranksBefore(state.group.candidates, node, strongest.node)) {
      strongest = { node, epoch };
    }
  }
  return strongest;
}

/** Nodes that live and still claim what this node holds. */
export function rivalsOf(state: GroupState, view: ChoiceView): readonly string[] {
  const rivals: string[] = [];
  for (const [node, said] of view.book.statements(state.group.key)) {
    if (isHeld(said.state) && view.nodes.standing(node) !== 'dead') rivals.push(node);
  }
  return rivals;
}

/** Its messages do not come here, so that its claims are not known. */
function isUnheard(node: string, { self, nodes }: ChoiceView): boolean {
  return node !== self && nodes.byLease(node);
}

function isUsable(node: string, state: GroupState, view: ChoiceView): boolean {
  if (node === view.self) return state.able;
  return !state.passedOver.includes(node) && view.book.statement(state.group.key, node)?.state !== 'unfit';
}

function holderOf(state: GroupState, view: ChoiceView, best: string | undefined): string | undefined {
  const claimer = state.held === undefined ? strongestOther(state, view)?.node : view.self;
  const told = state.group.holder;
  // Claims reach neither from nor to a node whose pulses do not come: there the API server's word decides, on both sides.
  if (told !== undefined && told !== view.self && view.nodes.byLease(told) && isHealthy(told, state, view)) return told;
  const unheard = best !== undefined && isUnheard(best, view);
  return unheard && claimer !== told && !isMissedByHeardAlone(state, view) ? undefined : claimer;
}

function mayGoOn(holder: string, state: GroupState, view: ChoiceView): boolean {
  const standing = view.nodes.standing(holder);
  if (standing !== 'live' && standing !== 'probation') return false;
  const isDeferredTo = holder === state.deferredTo && !isSettling(state, view, holder);
  return (isDeferredTo || state.group.candidates.includes(holder)) && isUsable(holder, state, view);
}

function isHealthy(node: string, state: GroupState, view: ChoiceView): boolean {
  return view.nodes.standing(node) === 'live' && mayGoOn(node, state, view);
}

/** Each waits for itself: one that comes and goes does not hold up the others. */
function challengersOf(state: GroupState, view: ChoiceView, holder: string, nowMs: number): readonly Challenger[] {
  if (typeof view.failback !== 'object') return none;
  const { candidates } = state.group;
  const better = candidates.filter((node) => ranksBefore(candidates, node, holder) && isUsable(node, state, view));
  return better.flatMap((node) => {
    const liveSinceMs = view.nodes.liveSinceMs(node);
    const knownMs = state.challengers.find((known) => known.node === node)?.sinceMs ?? nowMs;
    return liveSinceMs === undefined ? [] : [{ node, sinceMs: Math.max(knownMs, liveSinceMs) }];
  });
}

/** Nobody holds it that may go on. */
function successorOf(state: GroupState, view: ChoiceView, best: string | undefined): string | undefined {
  const told = state.group.holder;
  // Nobody has claimed it yet, as far as this node knows: who served it last goes on.
  const fresh = state.epoch === 0 && told !== undefined && isHealthy(told, state, view);
  return fresh && (view.failback !== 'always' || told === state.formerHolder) ? told : best;
}

/** Its holder may go on, and the best candidate ranks before it. */
function challengedOf(
  state: GroupState,
  view: ChoiceView,
  { holder, best, challengers }: Omit<Choice, 'wanted'>,
  nowMs: number,
): string | undefined {
  // By its Lease alone neither would hear of the other: what such a holder once said is old.
  const hear = [holder, best].every((node) => node !== undefined && !view.nodes.byLease(node));
  const settles = hear && isSettling(state, view, holder);
  if (settles || state.preferredOver === holder || view.failback === 'always') return best;
  const delayMs = view.failback === 'never' ? Number.POSITIVE_INFINITY : view.failback.delayMs;
  return challengers.find(({ sinceMs }) => nowMs - sinceMs >= delayMs)?.node ?? holder;
}

/** Whether it says that it holds the group only until a better one takes it. */
export function isSettling(state: GroupState, { self, book }: ChoiceView, holder: string | undefined): boolean {
  if (holder === undefined) return false;
  if (holder === self) return state.held?.settling === true;
  return book.statement(state.group.key, holder)?.state === 'settling';
}

/** While this node starts: whether another one may still take it from it. What somebody served well is not placed anew. */
export function mayBePlaced(state: GroupState, { valid, holder }: Choice, view: ChoiceView): boolean {
  if (state.group.holder === view.self) return false;
  return valid ? isSettling(state, view, holder) : !state.served;
}

/** This node gave it up to another one a moment ago, which still holds it. */
export function isHeldDown({ yielded, group }: GroupState, { book, nodes }: ChoiceView, nowMs: number): boolean {
  if (yielded === undefined || nowMs >= yielded.untilMs) return false;
  const said = book.statement(group.key, yielded.to);
  return said !== undefined && isHeld(said.state) && nodes.standing(yielded.to) !== 'dead';
}
