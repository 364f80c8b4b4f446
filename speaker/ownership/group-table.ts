import { DeadlineHeap } from '../datapath/deadline-heap.ts';
import type { Standing } from '../liveness/standing.ts';
import { GroupIndex } from './group-index.ts';
import { type GroupState, newGroupState } from './group-state.ts';
import type { KnownNodes } from './known-nodes.ts';
import type { OwnedGroup } from './owned-group.ts';

const standings: readonly Standing[] = ['dead', 'leaving', 'probation', 'live'];

const none: readonly GroupState[] = [];

/**
 * The table's groups, and which of them have to be looked at again: a change of one node concerns only those that it
 * holds, should hold, or could. BOUNDED by the table.
 */
export class GroupTable {
  readonly #nodes: KnownNodes;
  readonly #states = new Map<string, GroupState>();
  readonly #index = new GroupIndex();
  readonly #deadlines = new DeadlineHeap<string>();
  readonly #changed = new Set<string>();

  constructor(nodes: KnownNodes) {
    this.#nodes = nodes;
  }

  get(group: string): GroupState | undefined {
    return this.#states.get(group);
  }

  values(): Iterable<GroupState> {
    return this.#states.values();
  }

  /** Those that are not among these. */
  allBut(groups: readonly OwnedGroup[]): readonly GroupState[] {
    const kept = groups.filter(({ key }) => this.#states.has(key)).length;
    // Most tables take nothing away.
    if (kept === this.#states.size) return none;
    const keys = new Set(groups.map(({ key }) => key));
    return [...this.#states.values()].filter(({ group }) => !keys.has(group.key));
  }

  /** The groups that the node holds, should hold, or is the best candidate of. */
  groupsOf(node: string): Iterable<string> {
    return this.#index.groupsOf(node);
  }

  /** With the highest epoch that was heard of, and who held its addresses in another group. */
  add(group: OwnedGroup, epoch: number, formerHolder: string | undefined): GroupState {
    const state = newGroupState(group, epoch, formerHolder);
    this.#states.set(group.key, state);
    this.#changed.add(group.key);
    return state;
  }

  remove(group: string): void {
    this.#states.delete(group);
    this.#index.set(group, []);
    this.#deadlines.delete(group);
    this.#changed.delete(group);
  }

  /** What was decided: whom the group has to do with from now on, and when it is to be looked at again. */
  settle(state: GroupState, dueMs: number): void {
    const { key } = state.group;
    const concerned: string[] = [];
    for (const node of [state.holder, state.best, state.wanted]) {
      if (node !== undefined && !concerned.includes(node)) concerned.push(node);
    }
    this.#index.set(key, concerned);
    if (dueMs < Number.POSITIVE_INFINITY) this.#deadlines.set(key, dueMs);
    else this.#deadlines.delete(key);
  }

  change(groups: Iterable<string>): void {
    for (const group of groups) this.#changed.add(group);
  }

  changeAll(): void {
    this.change(this.#states.keys());
  }

  /** A node stands otherwise now. */
  changeFor(node: string, before: Standing, now: Standing): void {
    if (before === now) return;
    this.change(this.groupsOf(node));
    if (standings.indexOf(now) < standings.indexOf(before)) return;
    for (const [key, state] of this.#states) if (this.#couldBeBest(node, state)) this.#changed.add(key);
  }

  /** What changed is due at once: nothing else may follow that would have it decided about. */
  nextDeadlineMs(): number {
    if (this.#changed.size > 0) return Number.NEGATIVE_INFINITY;
    return this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Those that changed, and those that are due: to be decided about now. */
  takeChanged(nowMs: number): readonly GroupState[] {
    for (let first = this.#deadlines.first(); first !== undefined; first = this.#deadlines.first()) {
      if (first.dueMs > nowMs) break;
      this.#deadlines.delete(first.key);
      this.#changed.add(first.key);
    }
    if (this.#changed.size === 0) return none;
    const states = Array.from(this.#changed, (key) => this.#states.get(key));
    this.#changed.clear();
    return states.filter((state) => state !== undefined);
  }

  #couldBeBest(node: string, { group: { candidates }, best, bestRank }: GroupState): boolean {
    // Who ranks behind one that lives can't be better.
    const end = best !== undefined && this.#nodes.standing(best) === 'live' ? bestRank : candidates.length;
    for (let rank = 0; rank < end; rank += 1) if (candidates[rank] === node) return true;
    return false;
  }
}
