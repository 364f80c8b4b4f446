import type { TakeCause } from './address-checks.ts';
import { DeadlineHeap } from './deadline-heap.ts';

/**
 * From joining a group until switches that snoop (RFC 4541) forward solicitations here. Linux reports a membership by MLDv2
 * within three of its ticks, which are of 10 ms at most, and the switch has to take the report in.
 */
export const reportMs = 50;

/**
 * Groups that this node takes from one that goes on answering, and that have IPv6 addresses: they are answered, announced
 * and claimed once solicitations arrive here. BOUNDED by the table.
 */
export class Preparations {
  readonly #causes = new Map<string, TakeCause>();
  readonly #unjoined = new Set<string>();
  readonly #deadlines = new DeadlineHeap<string>();

  has(group: string): boolean {
    return this.#causes.has(group);
  }

  /** Whether there is time to prepare for the group: else it is answered at once. */
  begin(group: string, cause: TakeCause): boolean {
    if (cause.answered !== true) return false;
    this.#causes.set(group, cause);
    this.#unjoined.add(group);
    return true;
  }

  drop(group: string): void {
    this.#causes.delete(group);
    this.#unjoined.delete(group);
    this.#deadlines.delete(group);
  }

  /** All that is listened for is joined by now, as far as it can be. */
  joined(nowMs: number): void {
    for (const group of this.#unjoined) this.#deadlines.set(group, nowMs + reportMs);
    this.#unjoined.clear();
  }

  nextDueMs(): number {
    return this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** A group whose solicitations arrive, and why it was taken. */
  takeDue(nowMs: number): readonly [group: string, cause: TakeCause] | undefined {
    const first = this.#deadlines.first();
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const cause = this.#causes.get(first.key);
    this.drop(first.key);
    return cause === undefined ? undefined : [first.key, cause];
  }
}
