import { formatAddress } from '../../shared/net/address.ts';
import type { LossReason, PassedOver, PoolReason, Refusal, RefusedAddress } from './decision.ts';
import { type ForeignUse, foreignUseText } from './foreign-use.ts';
import type { RequestProblem } from './request.ts';
import type { SharingConflict } from './sharing.ts';

// What is named one by one; the rest is counted.
const maxForeign = 3;
// Events hold 1,024 bytes, and nobody reads more than a few pools.
const maxParts = 8;

export function refusalText(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'unreadableRequest':
      return problemText(refusal.problem);
    case 'addressesRefused':
      return refusal.addresses.map(refusedAddressText).join('; ');
    case 'poolsRefused':
      return refusal.pools.length === 0 ? 'no pool is configured' : passedOverText(refusal.pools);
  }
}

/** `pool a: exhausted (11 of 11 in use); pool b: namespace shop not allowed`. */
export function passedOverText(pools: readonly PassedOver[]): string {
  const parts = pools.slice(0, maxParts).map((pool) => `pool ${pool.pool}: ${poolReasonText(pool)}`);
  if (pools.length > maxParts) parts.push(`and ${pools.length - maxParts} pools more`);
  return parts.join('; ');
}

/** Without the pool's name. */
export function poolReasonText(reason: PoolReason): string {
  switch (reason.reason) {
    case 'unknownPool':
      return 'there is no such pool';
    case 'poolSetAside':
      return 'set aside, its configuration can not be used ("kubectl describe ipaddresspool" says why)';
    case 'notAutoAssigned':
      return 'only given on request (autoAssign is off)';
    case 'namespaceNotAllowed':
      return `namespace ${reason.namespace} not allowed`;
    case 'serviceNotSelected':
      return "the Service's labels match none of its serviceSelectors";
    case 'familyMissing':
      return `has no ${reason.family} addresses`;
    case 'exhausted':
      return `exhausted (${reason.inUse} of ${reason.of} in use)${foreignText(reason.foreign ?? [])}`;
  }
}

/** What is told of addresses that other machines use, behind what Services use. */
function foreignText(uses: readonly ForeignUse[]): string {
  const parts = uses.slice(0, maxForeign).map(foreignUseText);
  if (uses.length > maxForeign) parts.push(`${uses.length - maxForeign} addresses more are in use by other machines`);
  return parts.map((part) => `, ${part}`).join('');
}

export function lossText(reason: LossReason): string {
  switch (reason) {
    case 'notInAnyPool':
      return 'no pool has it';
    case 'poolRefuses':
      return 'its pool no longer allows this Service';
    case 'familyNotWanted':
      return 'the Service does not have this family';
    case 'heldByAnother':
      return 'another Service holds it and does not share it';
    case 'usedByOthers':
      return 'another machine on the network uses it';
    case 'otherRequested':
      return 'another address or pool was requested';
    case 'otherFamilyLost':
      return 'RequireDualStack, and the other family can not be had';
    case 'serviceLeft':
      return 'the Service is no longer served';
  }
}

function problemText(problem: RequestProblem): string {
  switch (problem.reason) {
    case 'requestedTwice':
      return 'spec.loadBalancerIP and the annotation loadBalancerIPs are both set; use the annotation only';
    case 'unreadableAddress':
      return `${JSON.stringify(problem.text)} is not an IP address`;
    case 'twoOfOneFamily':
      return `two ${problem.family} addresses are requested; at most one per family can be given`;
    case 'familyNotServed':
      return `${formatAddress(problem.address)} is requested, but the Service has only ${problem.families.join(' and ')}`;
    case 'onlySomeFamilies':
      return `both families are required, but no ${problem.missing} address is requested`;
    case 'notEnoughClusterIPs':
      return 'RequireDualStack needs two cluster IPs, the Service has one';
  }
}

function refusedAddressText(refused: RefusedAddress): string {
  const address = formatAddress(refused.address);
  switch (refused.reason) {
    case 'notInAnyPool': {
      const { excludedBy } = refused;
      if (excludedBy !== undefined) {
        return `${address}: no pool gives it, though pool ${excludedBy} has it: see its excludeAddresses and avoidBuggyIPs`;
      }
      const setAside = refused.setAside.map((pool): PassedOver => ({ pool, reason: 'poolSetAside' }));
      return `${address}: no pool has it${setAside.length === 0 ? '' : `; ${passedOverText(setAside)}`}`;
    }
    case 'notInRequestedPool':
      return `${address}: not in the requested pool ${refused.pool}`;
    case 'poolRefuses':
      return `${address}: pool ${refused.pool}: ${poolReasonText(refused.because)}`;
    case 'usedByOthers':
      return foreignUseText(refused.use);
    case 'addressInUse':
      return `${address}: in use by ${refused.by} (${conflictText(refused.conflict)})`;
  }
}

function conflictText(conflict: SharingConflict): string {
  switch (conflict.reason) {
    case 'sharingKeyDiffers':
      return 'no common allow-shared-ip key';
    case 'portTaken':
      return `both use ${conflict.port}`;
    case 'backendsDiffer':
      return 'externalTrafficPolicy: Local with other backends';
  }
}
