import { conditionTypes, eventReasons } from '../shared/api/reasons.ts';
import type { Verdict } from '../shared/api/verdict.ts';
import { formatAddress } from '../shared/net/address.ts';
import type { Assignment, Decision, Refusal } from './allocator/decision.ts';
import { passedOverText, refusalText } from './allocator/reason-text.ts';

/** The reason of events, conditions and metrics that stands for a refusal. */
export function refusalReason(refusal: Refusal): string {
  if (refusal.reason !== 'unreadableRequest') {
    return isUsedByOthers(refusal) ? eventReasons.addressInUse : eventReasons.allocationFailed;
  }
  switch (refusal.problem.reason) {
    case 'notEnoughClusterIPs':
      return eventReasons.notEnoughClusterIPs;
    case 'familyNotServed':
    case 'onlySomeFamilies':
      return eventReasons.allocationFailed;
    case 'requestedTwice':
    case 'unreadableAddress':
    case 'twoOfOneFamily':
      return eventReasons.loadBalancerFailed;
  }
}

/** Whether other machines use what it asks for, or the last addresses of a pool that it could have had. */
function isUsedByOthers(refusal: Exclude<Refusal, { readonly reason: 'unreadableRequest' }>): boolean {
  if (refusal.reason === 'addressesRefused') return refusal.addresses.some(({ reason }) => reason === 'usedByOthers');
  return refusal.pools.some((pool) => pool.reason === 'exhausted' && pool.foreign !== undefined);
}

/** What the condition `herald/Allocated` says about a decision. */
export function allocatedVerdict(decision: Decision): Verdict {
  const { assignments, refusal, passedOver } = decision;
  const type = conditionTypes.allocated;
  const status = assignments.length > 0 ? 'True' : 'False';
  if (refusal !== undefined) {
    const kept = assignments.length > 0 ? `keeps ${assignedText(assignments)}; ` : '';
    return { type, status, reason: refusalReason(refusal), message: kept + refusalText(refusal) };
  }
  const incomplete = decision.incomplete ? `; no other family: ${passedOverText(passedOver)}` : '';
  return { type, status, reason: eventReasons.ipAllocated, message: assignedMessage(assignments) + incomplete };
}

export function assignedMessage(assignments: readonly Assignment[]): string {
  return `Assigned ${assignedText(assignments)}`;
}

/** Each once, in the order of the addresses. */
export function poolNames(assignments: readonly Assignment[]): readonly string[] {
  const pools = assignments.map(({ pool }) => pool);
  return pools.filter((pool, index) => pools.indexOf(pool) === index);
}

/** `192.0.2.1 and 2001:db8::1 from pool a`, or each with its own pool. */
function assignedText(assignments: readonly Assignment[]): string {
  const pools = poolNames(assignments);
  if (pools.length > 1) {
    return assignments.map(({ address, pool }) => `${formatAddress(address)} from pool ${pool}`).join(' and ');
  }
  return `${assignments.map(({ address }) => formatAddress(address)).join(' and ')} from pool ${pools.join()}`;
}
