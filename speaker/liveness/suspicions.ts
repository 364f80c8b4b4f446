import { watchersPerMember } from './ring.ts';

/** Watchers say it again at each interval for a while, and whoever joins them makes them say it again. */
export const suspicionLifeMs = 2_000;
/** Tables differ for a moment, and so do the watchers that they make. */
const mostVoters = 2 * watchersPerMember;

/** Which watchers have said lately that they suspect whom. BOUNDED: six for each member. */
export class Suspicions {
  readonly #targets = new Map<string, Map<string, number>>();

  /** Whether it is news. */
  add(target: string, voter: string, nowMs: number): boolean {
    const voters = this.#targets.get(target) ?? new Map<string, number>();
    const isNews = !this.has(target, voter, nowMs);
    voters.delete(voter);
    voters.set(voter, nowMs);
    const [oldest] = voters.keys();
    if (voters.size > mostVoters && oldest !== undefined) voters.delete(oldest);
    this.#targets.set(target, voters);
    return isNews;
  }

  has(target: string, voter: string, nowMs: number): boolean {
    const atMs = this.#targets.get(target)?.get(voter);
    return atMs !== undefined && nowMs - atMs <= suspicionLifeMs;
  }

  withdraw(target: string, voter: string): void {
    const voters = this.#targets.get(target);
    voters?.delete(voter);
    if (voters?.size === 0) this.#targets.delete(target);
  }

  /** Nobody suspects it any more. */
  clear(target: string): void {
    this.#targets.delete(target);
  }

  targets(): readonly string[] {
    return [...this.#targets.keys()];
  }
}
