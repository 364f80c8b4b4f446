import { type IpAddress, sameAddress } from '../../shared/net/address.ts';
import type { Blocker } from './decision.ts';
import type { Holding } from './holding.ts';
import type { Ledger } from './ledger.ts';
import { sameTerms } from './sharing.ts';
import { compareWaiters, type Waiter } from './waiting.ts';

/** Something that was freed, and how far those who wait for it have been asked. */
export interface OpenLine {
  readonly blocker: Blocker;
  readonly asked: Waiter | undefined;
  readonly next?: Waiter;
}

export function openLine(blocker: Blocker): OpenLine {
  return { blocker, asked: undefined };
}

/** The one whose turn it is, unless somebody in a line has waited longer. */
export function longestWaiting(turn: Waiter | undefined, lines: readonly OpenLine[]): Waiter | undefined {
  let longest = turn;
  for (const { next } of lines) {
    if (next !== undefined && (longest === undefined || compareWaiters(next, longest) < 0)) longest = next;
  }
  return longest;
}

/** What a Service no longer holds, or now holds on other terms. */
export function freedBy(before: Holding, after: Holding | undefined, ledger: Ledger): readonly Blocker[] {
  if (before.assignments.length === 0) return [];
  const sameAgreement = after !== undefined && sameTerms(before.terms, after.terms);
  const freed: Blocker[] = [];
  for (const { address } of before.assignments) {
    const kept = after !== undefined && holds(after, address);
    if (kept && sameAgreement) continue;
    const pool = kept ? undefined : ledger.poolOf(address)?.pool.name;
    if (pool !== undefined) freed.push({ kind: 'pool', pool, family: address.family });
    freed.push({ kind: 'address', address });
  }
  const keys = new Set(freed.length === 0 ? [] : [before.terms.key, after?.terms.key ?? '']);
  keys.delete('');
  return [...freed, ...[...keys].map((key): Blocker => ({ kind: 'sharingKey', key }))];
}

/**
 * Of those who stand in line for a free address the first has taken it; others may share it with that one. An address
 * that was free before nobody waited for.
 */
export function sharedAnew(before: Holding, after: Holding, lines: readonly OpenLine[]): readonly Blocker[] {
  const { key } = after.terms;
  if (key === '') return [];
  const gained = after.assignments.filter(({ address }) => !holds(before, address));
  const offered = lines.some(({ blocker }) => {
    if (blocker.kind !== 'pool') return false;
    return gained.some(({ address, pool }) => pool === blocker.pool && address.family === blocker.family);
  });
  return offered ? [{ kind: 'sharingKey', key }] : [];
}

function holds({ assignments }: Holding, address: IpAddress): boolean {
  return assignments.some((assignment) => sameAddress(assignment.address, address));
}
