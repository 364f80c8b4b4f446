import type { Decision } from '../../controller/allocator/decision.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpFamily } from '../../shared/net/address.ts';
import type { Examination } from './examination.ts';

/** What has only just been created is not yet late. */
export const graceMs = 10_000;

/** Services without an address that would have one of this pool, if it had any left. */
export function waitingFor(examination: Examination, pool: string, family: IpFamily): readonly ObjectKey[] {
  return examination.services.flatMap(({ meta }) => {
    const decision = examination.decisions.get(keyOf(meta));
    return decision !== undefined && isExhausted(decision, pool, family) ? [keyOf(meta)] : [];
  });
}

/** Whether a full pool is all that stands between the Service and an address: that is the pool's trouble. */
export function waitsForRoom(decision: Decision): boolean {
  const { refusal, assignments } = decision;
  if (assignments.length > 0 || refusal?.reason !== 'poolsRefused') return false;
  return refusal.pools.some(({ reason }) => reason === 'exhausted');
}

function isExhausted(decision: Decision, pool: string, family: IpFamily): boolean {
  const { refusal } = decision;
  if (!waitsForRoom(decision) || refusal?.reason !== 'poolsRefused') return false;
  return refusal.pools.some((one) => one.reason === 'exhausted' && one.pool === pool && one.family === family);
}
