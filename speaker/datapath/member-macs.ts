import type { Member } from './table.ts';

/** A Lease that somebody deletes is back within its renewal; until then its speaker answers for what it holds. */
const formerMs = 10_000;

/** The MACs of the other speakers, and of those that were some a moment ago. */
export class MemberMacs {
  /** BOUNDED by the members and their interfaces. */
  #now: ReadonlySet<string> = new Set();
  /** Until when each counts. BOUNDED by those of the members that went within `formerMs` of the last table. */
  readonly #former = new Map<string, number>();

  /** Those of the table. */
  get members(): ReadonlySet<string> {
    return this.#now;
  }

  set(members: readonly Member[], nowMs: number): void {
    const before = this.#now;
    this.#now = new Set(members.flatMap(({ macs }) => macs.map((mac) => mac.toLowerCase())));
    for (const mac of before) if (!this.#now.has(mac)) this.#former.set(mac, nowMs + formerMs);
    for (const [mac, untilMs] of this.#former) if (untilMs <= nowMs || this.#now.has(mac)) this.#former.delete(mac);
  }

  has(mac: string, nowMs: number): boolean {
    return this.#now.has(mac) || nowMs < (this.#former.get(mac) ?? nowMs);
  }
}
