import { isHeld } from '../liveness/message.ts';
import { handOverReason, takeoverOf } from './change-reasons.ts';
import {
  bestCandidate,
  type Choice,
  type ChoiceView,
  choose,
  isHeldDown,
  isSettling,
  mayBePlaced,
  strongestOther,
} from './choice.ts';
import type { Statement } from './claim-book.ts';
import { groupDeadlineMs, handOverMs, nodeToAsk, noteWaiting, passOver, resignMs } from './group-deadlines.ts';
import type { GroupOutcome } from './group-outcome.ts';
import type { GroupState } from './group-state.ts';
import type { GroupTable } from './group-table.ts';
import { Holdings } from './holdings.ts';
import type { OwnedGroup } from './owned-group.ts';
import { Rivals } from './rivals.ts';
import { changesNothing, movedByPreference, sameGroup, sameOrder } from './table-change.ts';

/** For each group of the table: does this node answer for it? Changes are noted first, then `assess` decides anew. */
export class Groups {
  readonly #view: ChoiceView;
  readonly #out: GroupOutcome;
  readonly #table: GroupTable;
  readonly #holdings: Holdings;
  readonly #rivals: Rivals;
  #mayTake = false;
  /** This node has only just started, as others may have. */
  #settling = true;

  constructor(view: ChoiceView, table: GroupTable, out: GroupOutcome) {
    this.#view = view;
    this.#table = table;
    this.#out = out;
    this.#holdings = new Holdings(out);
    this.#rivals = new Rivals(view, this.#holdings, out);
  }

  /** How many groups this node holds that others should take. */
  get handingOver(): number {
    return this.#holdings.handingOver;
  }

  /** Whether this node may take what it does not hold. */
  setMayTake(mayTake: boolean): void {
    if (mayTake === this.#mayTake) return;
    this.#mayTake = mayTake;
    if (mayTake) this.#table.change(this.#table.groupsOf(this.#view.self));
  }

  /** All had the time to start: what this node holds, it holds for good. */
  settle(): void {
    if (!this.#settling) return;
    this.#settling = false;
    for (const state of this.#table.values()) {
      if (this.#holdings.settle(state)) this.#table.change([state.group.key]);
    }
  }

  /** The table has a new one. Who answers for its addresses in another group goes on, if nobody else holds this one. */
  add(group: OwnedGroup, formerHolder: string | undefined, nowMs: number): void {
    const state = this.#table.add(group, this.#view.book.highestEpoch(group.key), formerHolder);
    const inherits = formerHolder === this.#view.self && state.able;
    const goesOn = inherits && strongestOther(state, this.#view) === undefined;
    const why = { reason: 'heldBefore', from: undefined, afterMs: undefined, settling: false } as const;
    if (goesOn) this.#holdings.begin(state, why, nowMs);
    else this.#out.releaseNow(group.key);
  }

  /** A newer table says something else of the group. */
  update(state: GroupState, group: OwnedGroup): void {
    if (sameGroup(state.group, group) && state.able === group.able) return;
    if (changesNothing(state, group, this.#view)) {
      state.group = group;
      return;
    }
    state.preferredOver = movedByPreference(state, group, this.#view);
    state.passedOver = [];
    if (!sameOrder(state.group.candidates, group.candidates)) state.deferredTo = undefined;
    if (!this.#settling && group.candidates.includes(this.#view.self)) this.#holdings.settle(state);
    state.group = group;
    state.able = group.able;
    this.#table.change([group.key]);
  }

  /** The table has it no more. */
  remove(state: GroupState, nowMs: number): void {
    this.#holdings.remove(state, nowMs);
    this.#table.remove(state.group.key);
  }

  /** The node made that statement. Whether it claims what this node holds, too. */
  hear(group: string, node: string, { state: said, epoch }: Statement): boolean {
    const state = this.#table.get(group);
    if (state === undefined) return false;
    state.epoch = Math.max(state.epoch, epoch);
    if (!isHeld(said)) return false;
    state.passedOver = state.passedOver.filter((other) => other !== node);
    return state.held !== undefined;
  }

  /** The node claimed what this node held. */
  defend(group: string, rival: string, nowMs: number): void {
    const state = this.#table.get(group);
    if (state === undefined) return;
    this.#rivals.defend(state, rival, nowMs);
    this.#table.change([group]);
  }

  announced(group: string): void {
    const state = this.#table.get(group);
    this.#holdings.announced(state);
    // Who claimed it before, and has not given it up, is reminded from now on.
    if (state !== undefined && strongestOther(state, this.#view) !== undefined) this.#table.change([group]);
  }

  stop(): void {
    this.#mayTake = false;
    for (const state of this.#table.values()) if (state.held !== undefined) this.#holdings.giveUp(state, 'stopping');
  }

  /** Decides about all that changed, or is due. */
  assess(nowMs: number): void {
    for (const state of this.#table.takeChanged(nowMs)) this.#assess(state, nowMs);
  }

  #assess(state: GroupState, nowMs: number): void {
    if (state.held !== undefined && !state.able) this.#holdings.giveUp(state, 'noInterface');
    if (state.held !== undefined) this.#rivals.meet(state, nowMs);
    let choice = choose(state, this.#view, nowMs);
    noteWaiting(state, choice, this.#view, nowMs);
    if (passOver(state, choice, this.#view, nowMs)) choice = choose(state, this.#view, nowMs);
    if (choice.best === undefined && state.passedOver.length > 0) {
      // Nobody is left: all get another chance.
      state.passedOver = [];
      choice = choose(state, this.#view, nowMs);
    }
    noteWaiting(state, choice, this.#view, nowMs);
    if (state.held !== undefined) this.#goOn(state, choice, nowMs);
    else if (choice.wanted === this.#view.self && this.#mayTakeNow(state, nowMs)) this.#take(state, choice, nowMs);
    this.#adopt(state, choice);
    this.#rivals.remind(state, nowMs);
    this.#tellFitness(state);
    this.#schedule(state, nowMs);
  }

  /** It is held: may it stay? */
  #goOn(state: GroupState, { wanted }: Choice, nowMs: number): void {
    const { self, nodes } = this.#view;
    if (wanted === self) {
      state.unwantedSinceMs = undefined;
      this.#holdings.keep(state);
      return;
    }
    state.unwantedSinceMs ??= nowMs;
    // Who leaves takes nothing any more.
    const nobody = nodes.standing(self) === 'leaving' && wanted !== undefined && nodes.standing(wanted) === 'leaving';
    if (nobody) this.#holdings.keep(state);
    else this.#holdings.handOver(state);
    const excludedForMs = state.group.candidates.includes(self) ? 0 : nowMs - state.unwantedSinceMs;
    if (excludedForMs >= resignMs) this.#holdings.resign(state);
    const late = excludedForMs >= handOverMs;
    if (wanted === undefined || nodes.byLease(wanted) || late) {
      this.#holdings.giveUp(state, handOverReason(state, this.#view));
    }
  }

  #mayTakeNow(state: GroupState, nowMs: number): boolean {
    return this.#mayTake && state.able && !isHeldDown(state, this.#view, nowMs);
  }

  #take(state: GroupState, choice: Choice, nowMs: number): void {
    const { reason, from } = takeoverOf(state, choice, this.#view);
    const dead = from !== undefined && this.#view.nodes.standing(from) === 'dead';
    const afterMs = dead ? this.#view.nodes.silentMs(from, nowMs) : undefined;
    const settling = this.#settling && mayBePlaced(state, choice, this.#view);
    // They get another chance.
    if (state.passedOver.length > 0) this.#table.change([state.group.key]);
    this.#holdings.begin(state, { reason, from, afterMs, answered: this.#isAnswered(choice), settling }, nowMs);
  }

  /** By a node that goes on until it hears of this one's claim; without messages it goes by its table alone. */
  #isAnswered({ holder }: Choice): boolean {
    return holder !== undefined && !this.#view.nodes.byLease(holder);
  }

  #adopt(state: GroupState, choice: Choice): void {
    const { self } = this.#view;
    const holder = state.held !== undefined ? self : choice.holder === self ? undefined : choice.holder;
    if (holder !== undefined) state.lastHolder = holder;
    // Also by one that now leaves it to others.
    const claimed = choice.holder !== undefined && !isSettling(state, this.#view, choice.holder);
    state.served ||= choice.valid || claimed || state.held !== undefined;
    if (holder !== undefined && holder !== state.preferredOver) state.preferredOver = undefined;
    state.holder = holder;
    state.best = choice.best;
    state.bestRank = choice.bestRank;
    state.wanted = choice.wanted;
    state.challengers = choice.challengers;
  }

  /** Whoever should serve a group and can't says so, and takes that back. */
  #tellFitness(state: GroupState): void {
    const { key } = state.group;
    if (state.able === !state.toldUnfit) return;
    if (!state.able && bestCandidate({ ...state, able: true }, this.#view).node !== this.#view.self) return;
    state.toldUnfit = !state.able;
    this.#out.tell({ group: key, epoch: state.epoch, state: state.able ? 'released' : 'unfit' });
  }

  #schedule(state: GroupState, nowMs: number): void {
    if (state.announceAgainAtMs !== undefined && state.announceAgainAtMs <= nowMs) {
      state.announceAgainAtMs = undefined;
      state.announcedAgainMs = nowMs;
      this.#out.effect({ type: 'announceAgain', group: state.group.key });
    }
    const late = nodeToAsk(state, nowMs);
    if (late !== undefined) this.#out.ask(late, nowMs);
    this.#table.settle(state, groupDeadlineMs(state, this.#view, nowMs));
  }
}
