import { DeadlineHeap } from '../datapath/deadline-heap.ts';
import type { Standing, StandingReason } from './standing.ts';

/** For so long a member that was away must be there before it counts like the others. */
export const probationMs = 2_000;

export interface StandingChange {
  readonly node: string;
  readonly standing: Standing;
  readonly why: StandingReason;
}

interface Member {
  lives: boolean;
  leaving: boolean;
  probationUntilMs: number | undefined;
  said: Standing;
}

/** The standing of each member, and what changed. BOUNDED by the members; changes wait for `takeChanges`. */
export class Standings {
  readonly #members = new Map<string, Member>();
  /** When each probation ends. */
  readonly #probations = new DeadlineHeap<string>();
  #changes: StandingChange[] = [];

  /** Who is no member is dead. */
  of(node: string): Standing {
    return this.#members.get(node)?.said ?? 'dead';
  }

  /** Who was never seen before is not on probation. */
  join(node: string, lives: boolean): void {
    const standing = lives ? 'live' : 'dead';
    this.#members.set(node, { lives, leaving: false, probationUntilMs: undefined, said: standing });
    this.#changes.push({ node, standing, why: lives ? 'joined' : 'leaseExpired' });
  }

  remove(node: string): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    this.#members.delete(node);
    this.#probations.delete(node);
    if (member.said !== 'dead') this.#changes.push({ node, standing: 'dead', why: 'removed' });
  }

  /** With what tells it. Who comes back to life is on probation. */
  setLives(node: string, lives: boolean, why: StandingReason, nowMs: number): void {
    const member = this.#members.get(node);
    if (member === undefined || member.lives === lives) return;
    member.lives = lives;
    if (lives) this.#probate(node, member, nowMs + probationMs);
    this.#review(node, member, why === 'notHeard' && member.leaving ? 'left' : why);
  }

  setLeaving(node: string): void {
    const member = this.#members.get(node);
    if (member === undefined || member.leaving) return;
    member.leaving = true;
    this.#review(node, member, 'leaving');
  }

  /** The former incarnation is dead; the new one is back. */
  restart(node: string, nowMs: number): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    this.setLives(node, false, 'restarted', nowMs);
    member.leaving = false;
    this.setLives(node, true, 'returned', nowMs);
  }

  /** Others say that it was away. */
  putOnProbation(node: string, untilMs: number): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    this.#probate(node, member, untilMs);
    this.#review(node, member, 'returned');
  }

  /** How long its probation still lasts. */
  probationLeftMs(node: string, nowMs: number): number {
    return Math.max((this.#members.get(node)?.probationUntilMs ?? nowMs) - nowMs, 0);
  }

  nextDeadlineMs(): number {
    return this.#probations.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  advance(nowMs: number): void {
    for (let due = this.#probations.first(); due !== undefined && due.dueMs <= nowMs; due = this.#probations.first()) {
      this.#probations.delete(due.key);
      const member = this.#members.get(due.key);
      if (member === undefined) continue;
      member.probationUntilMs = undefined;
      this.#review(due.key, member, 'probationOver');
    }
  }

  takeChanges(): readonly StandingChange[] {
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  #probate(node: string, member: Member, untilMs: number): void {
    member.probationUntilMs = Math.max(untilMs, member.probationUntilMs ?? untilMs);
    this.#probations.set(node, member.probationUntilMs);
  }

  #review(node: string, member: Member, why: StandingReason): void {
    const standing = standingOf(member);
    if (standing === member.said) return;
    member.said = standing;
    this.#changes.push({ node, standing, why });
  }
}

function standingOf({ lives, leaving, probationUntilMs }: Member): Standing {
  if (!lives) return 'dead';
  if (leaving) return 'leaving';
  return probationUntilMs === undefined ? 'live' : 'probation';
}
