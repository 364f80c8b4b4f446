import { yieldReason } from './change-reasons.ts';
import { type ChoiceView, type Rival, rivalsOf, strongestOther } from './choice.ts';
import type { GroupOutcome } from './group-outcome.ts';
import { type GroupState, ranksBefore } from './group-state.ts';
import type { Holdings } from './holdings.ts';

/** Who gave a group up to another node does not claim it again before this. */
const holdDownMs = 2000;
/** In a conflict the better ranked one may still take it back: neighbours are told only after this. */
const announceAgainDelayMs = 100;
/** Who claims what this node holds has not heard of it, or its giving up was not heard here: it is told again. */
const remindEveryMs = 90;

/** What becomes of a group that this node holds while another one claims it, too. */
export class Rivals {
  readonly #view: ChoiceView;
  readonly #holdings: Holdings;
  readonly #out: GroupOutcome;

  constructor(view: ChoiceView, holdings: Holdings, out: GroupOutcome) {
    this.#view = view;
    this.#holdings = holdings;
    this.#out = out;
  }

  /** Two hold it: the higher epoch wins, then rank. The loser of a partition takes it back where it ranks first. */
  meet(state: GroupState, nowMs: number): void {
    const rival = strongestOther(state, this.#view);
    const { held } = state;
    if (rival === undefined || held === undefined) return;
    const { candidates } = state.group;
    const first = ranksBefore(candidates, this.#view.self, rival.node);
    const superseded = rival.epoch > held.epoch;
    const wasParted = this.#view.nodes.cameBackSince(rival.node, held.sinceMs) && candidates.includes(this.#view.self);
    // Once: by different tables both may rank first.
    const again = nowMs - state.reclaimedMs < holdDownMs;
    if (first && superseded && wasParted && !again) this.#holdings.claimAgain(state, nowMs);
    else if (superseded || (rival.epoch === held.epoch && !first)) this.#yield(state, rival, nowMs);
  }

  /** The rival's claim is news. Where this node still holds the group, that one is told, and neighbours are again. */
  defend(state: GroupState, rival: string, nowMs: number): void {
    if (state.held?.announced !== true) return;
    this.#out.answer(rival);
    if (nowMs - state.announcedAgainMs < announceAgainDelayMs) return;
    const first = ranksBefore(state.group.candidates, this.#view.self, rival);
    state.announceAgainAtMs ??= nowMs + (first ? 0 : announceAgainDelayMs);
  }

  /** A rival that gives up says so. Until it does, it is told and asked. */
  remind(state: GroupState, nowMs: number): void {
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
      if (tied && rivals.every((rival) => this.#view.self < rival)) this.#holdings.claimAgain(state, nowMs);
    }
  }

  #yield(state: GroupState, rival: Rival, nowMs: number): void {
    const { node: to } = rival;
    const reason = yieldReason(state, rival, this.#view, nowMs);
    state.yielded = { to, untilMs: nowMs + holdDownMs };
    // Its table is another, and nobody knows which is newer: else the two would take it from each other again and again.
    if (!state.group.candidates.includes(to)) state.deferredTo = to;
    this.#holdings.giveUp(state, reason);
  }
}
