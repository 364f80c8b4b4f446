import type { GroupPlan } from '../../speaker/group-plan.ts';
import type { SpeakerFacts } from '../../speaker/membership/speaker-facts.ts';
import { type ChoiceView, choose } from '../../speaker/ownership/choice.ts';
import { ClaimBook } from '../../speaker/ownership/claim-book.ts';
import { type GroupState, newGroupState } from '../../speaker/ownership/group-state.ts';
import { KnownNodes } from '../../speaker/ownership/known-nodes.ts';
import type { Failback } from '../../speaker/ownership/owned-group.ts';
import { movedByPreference } from '../../speaker/ownership/table-change.ts';
import { groupKeyOf } from '../../speaker/table-of-plan.ts';

export interface OwnerQuestion {
  readonly group: GroupPlan;
  /** Who holds it, as far as that is known. */
  readonly holder: string | undefined;
  /** The same addresses in the plan before. */
  readonly former: GroupPlan | undefined;
}

/** Decides who holds a group in the end, once the speakers have agreed: by the very choice that each of them makes. */
export class PlannedOwners {
  readonly #view: ChoiceView;

  constructor(speakers: ReadonlyMap<string, SpeakerFacts>, failback: Failback) {
    const nodes = new KnownNodes();
    for (const [node, { leaving, port }] of speakers) {
      nodes.set(node, { standing: leaving ? 'leaving' : 'live', byLease: port === 0, silentMs: undefined }, 0);
    }
    // A better candidate waits for its time, and then takes over.
    const eventual = typeof failback === 'string' ? failback : 'always';
    // Nobody's view: an observer is no candidate, and claims nothing.
    this.#view = { self: '', failback: eventual, nodes, book: new ClaimBook() };
  }

  of({ group, holder, former }: OwnerQuestion): string | undefined {
    const before = { ...stateOf(former ?? group, holder), holder };
    const moved = movedByPreference(before, stateOf(group, holder).group, this.#view) !== undefined;
    return choose(stateOf(group, moved ? undefined : holder), this.#view, 0).wanted;
  }
}

/** As who has just been told of the group has it. */
function stateOf({ ips, candidates }: GroupPlan, holder: string | undefined): GroupState {
  return newGroupState({ key: groupKeyOf(ips), candidates, able: false, holder }, 0, undefined);
}
