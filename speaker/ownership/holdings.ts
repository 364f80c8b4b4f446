import type { GiveUpReason } from '../datapath/table.ts';
import type { GroupOutcome, Taking } from './group-outcome.ts';
import { entryOf, type GroupState } from './group-state.ts';

/** What this node holds: how that begins and ends, and what the others are told of it. */
export class Holdings {
  readonly #out: GroupOutcome;
  /** Held, and another node should take it. BOUNDED by the table. */
  readonly #handingOver = new Set<string>();

  constructor(out: GroupOutcome) {
    this.#out = out;
  }

  /** How many groups this node holds that others should take. */
  get handingOver(): number {
    return this.#handingOver.size;
  }

  /** Another node should take it, and this one answers until it has. */
  handOver(state: GroupState): void {
    this.#handingOver.add(state.group.key);
  }

  /** It is this node's, or nobody is there to take it. */
  keep(state: GroupState): void {
    this.#handingOver.delete(state.group.key);
  }

  /** The others are told once it is announced. */
  begin(state: GroupState, { settling, ...why }: Taking, nowMs: number): void {
    state.epoch += 1;
    state.held = { epoch: state.epoch, sinceMs: nowMs, announced: false, settling };
    state.yielded = undefined;
    state.deferredTo = undefined;
    state.passedOver = [];
    this.#out.effect({ type: 'take', group: state.group.key, ...why });
  }

  announced(state: GroupState | undefined): void {
    if (state?.held === undefined || state.held.announced) return;
    state.held.announced = true;
    this.#out.tell(entryOf(state.group.key, state.held));
  }

  /** It is whoever's that takes it. */
  resign({ group, held }: GroupState): void {
    if (held === undefined || held.settling) return;
    held.settling = true;
    if (held.announced) this.#out.tell(entryOf(group.key, held));
  }

  /** It is this node's for good, whoever ranks before it; whether it was not before. */
  settle(state: GroupState): boolean {
    const { group, held } = state;
    if (held?.settling !== true) return false;
    held.settling = false;
    if (held.announced) this.#out.tell(entryOf(group.key, held));
    return true;
  }

  /** Claims it once more, against a claim that counts more. */
  claimAgain(state: GroupState, nowMs: number): void {
    if (state.held === undefined) return;
    state.epoch += 1;
    state.held.epoch = state.epoch;
    state.reclaimedMs = nowMs;
    if (!state.held.announced) return;
    this.#out.tell(entryOf(state.group.key, state.held));
    state.announceAgainAtMs = nowMs;
  }

  giveUp(state: GroupState, reason: GiveUpReason): void {
    const unfit = reason === 'noInterface';
    state.toldUnfit ||= unfit;
    this.#drop(state, reason);
    this.#out.tell({ group: state.group.key, epoch: state.epoch, state: unfit ? 'unfit' : 'released' });
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
  }

  #drop(state: GroupState, reason: GiveUpReason): void {
    state.held = undefined;
    state.unwantedSinceMs = undefined;
    state.announceAgainAtMs = undefined;
    state.rivalDueMs = undefined;
    this.keep(state);
    this.#out.effect({ type: 'giveUp', group: state.group.key, reason });
  }
}
