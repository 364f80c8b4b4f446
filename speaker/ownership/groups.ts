import type { GiveUpReason } from '../datapath/table.ts';
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
  rivalsOf,
  strongestOther,
} from './choice.ts';
import type { Statement } from './claim-book.ts';
import { groupDeadlineMs, handOverMs, nodeToAsk, noteWaiting, passOver } from './group-deadlines.ts';
import type { GroupOutcome, Taking } from './group-outcome.ts';
import { entryOf, type GroupState, ranksBefore } from './group-state.ts';
import type { GroupTable } from './group-table.ts';
import type { OwnedGroup } from './owned-group.ts';
import { movedByPreference, sameGroup } from './table-change.ts';

/** Who gave a group up to another node does not claim it again before this. */
const holdDownMs = 2000;
/** In a conflict the better ranked one may still take it back: neighbours are told only after this. */
const announceAgainDelayMs = 100;
/** Who claims what this node holds has not heard of it, or its giving up was not heard here: it is told again. */
const remindEveryMs = 90;

/** For each group of the table: does this node answer for it? Changes are noted first, then `assess` decides anew. */
export class Groups {
  readonly #view: ChoiceView;
  readonly #out: GroupOutcome;
  readonly #table: GroupTable;
  /** Held, and another node should take it. BOUNDED by the table. */
  readonly #handingOver = new Set<string>();
  #mayTake = false;
  /** This node has only just started, as others may have. */
  #settling = true;

  constructor(view: ChoiceView, table: GroupTable, out: GroupOutcome) {
    this.#view = view;
    this.#table = table;
    this.#out = out;
  }

  /** How many groups this node holds that others should take. */
  get handingOver(): number {
    return this.#handingOver.size;
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
    for (const { group, held } of this.#table.values()) {
      if (held?.settling !== true) continue;
      held.settling = false;
      if (held.announced) this.#out.tell(entryOf(group.key, held));
      this.#table.change([group.key]);
    }
  }

  /** The table has a new one. Who answers for its addresses in another group goes on, if nobody else holds this one. */
  add(group: OwnedGroup, formerHolder: string | undefined, nowMs: number): void {
    const state = this.#table.add(group, this.#view.book.highestEpoch(group.key), formerHolder);
    const inherits = formerHolder === this.#view.self && state.able;
    const goesOn = inherits && strongestOther(state, this.#view) === undefined;
    const why = { reason: 'heldBefore', from: undefined, afterMs: undefined, settling: false } as const;
    if (goesOn) this.#hold(state, why, nowMs);
    else this.#out.releaseNow(group.key);
  }

  /** A newer table says something else of the group. */
  update(state: GroupState, group: OwnedGroup): void {
    if (sameGroup(state.group, group) && state.able === group.able) return;
    state.preferredOver = movedByPreference(state, group, this.#view);
    state.passedOver = [];
    state.group = group;
    state.able = group.able;
    this.#table.change([group.key]);
  }

  /** The table has it no more. */
  remove(state: GroupState, nowMs: number): void {
    const { key } = state.group;
    // Whose table still has it must not take it for that moment.
    if (state.held !== undefined) {
      this.#drop(state, 'addressRemoved');
      this.#out.releaseLater({ group: key, epoch: state.epoch, state: 'released' }, nowMs);
    }
    if (state.toldUnfit) this.#out.tell({ group: key, epoch: state.epoch, state: 'released' });
    this.#table.remove(key);
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

  /** The node claimed what this node held. Where this node still does, that one is told, and neighbours are again. */
  defend(group: string, rival: string, nowMs: number): void {
    const state = this.#table.get(group);
    if (state?.held?.announced !== true) return;
    this.#out.answer(rival);
    if (nowMs - state.announcedAgainMs < announceAgainDelayMs) return;
    const first = ranksBefore(state.group.candidates, this.#view.self, rival);
    state.announceAgainAtMs ??= nowMs + (first ? 0 : announceAgainDelayMs);
    this.#table.change([group]);
  }

  announced(group: string): void {
    const held = this.#table.get(group)?.held;
    if (held === undefined || held.announced) return;
    held.announced = true;
    this.#out.tell(entryOf(group, held));
  }

  stop(): void {
    this.#mayTake = false;
    for (const state of this.#table.values()) if (state.held !== undefined) this.#giveUp(state, 'stopping');
  }

  /** Decides about all that changed, or is due. */
  assess(nowMs: number): void {
    for (const state of this.#table.takeChanged(nowMs)) this.#assess(state, nowMs);
  }

  #assess(state: GroupState, nowMs: number): void {
    if (state.held !== undefined && !state.able) this.#giveUp(state, 'noInterface');
    if (state.held !== undefined) this.#meetRival(state, nowMs);
    let choice = choose(state, this.#view, nowMs);
    noteWaiting(state, choice, this.#view, nowMs);
    if (passOver(state, nowMs)) choice = choose(state, this.#view, nowMs);
    if (choice.best === undefined && state.passedOver.length > 0) {
      // Nobody is left: all get another chance.
      state.passedOver = [];
      choice = choose(state, this.#view, nowMs);
    }
    noteWaiting(state, choice, this.#view, nowMs);
    if (state.held !== undefined) this.#goOn(state, choice, nowMs);
    else if (choice.wanted === this.#view.self && this.#mayTakeNow(state, nowMs)) this.#take(state, choice, nowMs);
    this.#adopt(state, choice);
    this.#remindRivals(state, nowMs);
    this.#tellFitness(state);
    this.#schedule(state, nowMs);
  }

  /** Two hold it: the higher epoch wins, then rank. The loser of a partition takes it back where it ranks first. */
  #meetRival(state: GroupState, nowMs: number): void {
    const rival = strongestOther(state, this.#view);
    const { held } = state;
    if (rival === undefined || held === undefined) return;
    const { candidates } = state.group;
    const first = ranksBefore(candidates, this.#view.self, rival.node);
    const superseded = rival.epoch > held.epoch;
    const wasParted = this.#view.nodes.cameBackSince(rival.node, held.sinceMs) && candidates.includes(this.#view.self);
    // Once: by different tables both may rank first.
    const again = nowMs - state.reclaimedMs < holdDownMs;
    if (first && superseded && wasParted && !again) this.#reclaim(state, nowMs);
    else if (superseded || (rival.epoch === held.epoch && !first)) this.#yield(state, rival.node, nowMs);
  }

  #yield(state: GroupState, to: string, nowMs: number): void {
    const intended = state.wanted === to;
    state.yielded = { to, untilMs: nowMs + holdDownMs };
    this.#giveUp(state, intended ? handOverReason(state, this.#view) : 'claimedByOther');
  }

  #reclaim(state: GroupState, nowMs: number): void {
    if (state.held === undefined) return;
    state.epoch += 1;
    state.held.epoch = state.epoch;
    state.reclaimedMs = nowMs;
    if (!state.held.announced) return;
    this.#out.tell(entryOf(state.group.key, state.held));
    state.announceAgainAtMs = nowMs;
  }

  /** It is held: may it stay? */
  #goOn(state: GroupState, { wanted }: Choice, nowMs: number): void {
    const { self, nodes } = this.#view;
    if (wanted === self) {
      state.unwantedSinceMs = undefined;
      this.#handingOver.delete(state.group.key);
      return;
    }
    state.unwantedSinceMs ??= nowMs;
    // Who leaves takes nothing any more.
    const nobody = nodes.standing(self) === 'leaving' && wanted !== undefined && nodes.standing(wanted) === 'leaving';
    if (nobody) this.#handingOver.delete(state.group.key);
    else this.#handingOver.add(state.group.key);
    const isCandidate = state.group.candidates.includes(self);
    const late = !isCandidate && nowMs - state.unwantedSinceMs >= handOverMs;
    if (wanted === undefined || nodes.byLease(wanted) || late) this.#giveUp(state, handOverReason(state, this.#view));
  }

  /** A rival that gives up says so. Until it does, it is told and asked. */
  #remindRivals(state: GroupState, nowMs: number): void {
    const rivals = state.held?.announced === true ? rivalsOf(state, this.#view) : [];
    if (rivals.length === 0) state.rivalDueMs = undefined;
    else if (state.rivalDueMs === undefined) state.rivalDueMs = nowMs + remindEveryMs;
    else if (state.rivalDueMs <= nowMs) {
      state.rivalDueMs = nowMs + remindEveryMs;
      for (const rival of rivals) {
        this.#out.answer(rival);
        this.#out.ask(rival, nowMs);
      }
      // By different tables both rank first: then it takes a rule that needs none.
      const tied = strongestOther(state, this.#view)?.epoch === state.held?.epoch;
      if (tied && rivals.every((rival) => this.#view.self < rival)) this.#reclaim(state, nowMs);
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
    this.#hold(state, { reason, from, afterMs, settling }, nowMs);
  }

  #hold(state: GroupState, { settling, ...why }: Taking, nowMs: number): void {
    state.epoch += 1;
    state.held = { epoch: state.epoch, sinceMs: nowMs, announced: false, settling };
    state.yielded = undefined;
    state.passedOver = [];
    this.#out.effect({ type: 'take', group: state.group.key, ...why });
  }

  #giveUp(state: GroupState, reason: GiveUpReason): void {
    const unfit = reason === 'noInterface';
    state.toldUnfit ||= unfit;
    this.#drop(state, reason);
    this.#out.tell({ group: state.group.key, epoch: state.epoch, state: unfit ? 'unfit' : 'released' });
  }

  #drop(state: GroupState, reason: GiveUpReason): void {
    const { key } = state.group;
    state.held = undefined;
    state.unwantedSinceMs = undefined;
    state.announceAgainAtMs = undefined;
    state.rivalDueMs = undefined;
    this.#handingOver.delete(key);
    this.#out.effect({ type: 'giveUp', group: key, reason });
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
