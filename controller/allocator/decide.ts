import { sameAddress } from '../../shared/net/address.ts';
import type {
  Assignment,
  Blocker,
  Decision,
  Loss,
  LossReason,
  PassedOver,
  Refusal,
  RefusedAddress,
} from './decision.ts';
import { inFamilyOrder } from './families.ts';
import { complete, type Placement, placeAnew, placeRequested, type Surroundings } from './placement.ts';
import type { AllocationRequest } from './request.ts';
import { whyNotAllowed } from './selection.ts';

/**
 * Decides what a Service has from now on, from what it asks for, what it has, and what others hold. A request that
 * can't be fulfilled leaves what it has; what it has and may keep it keeps.
 */
export function decide(request: AllocationRequest, current: readonly Assignment[], around: Surroundings): Decision {
  const { kept, lost } = sift(request, current, around);
  if (request.problem !== undefined) {
    return stay(request, kept, lost, { refusal: { reason: 'unreadableRequest', problem: request.problem } });
  }
  if (request.addresses.length > 0) return decideByAddress(request, { kept, lost }, around);
  if (request.pool !== undefined) return decideByPool(request, request.pool, { kept, lost }, around);
  const placement = serve(request, kept, around.pools, around);
  return placement.assignments.length > 0
    ? settle(request, { kept, lost }, placement, 'otherFamilyLost')
    : stay(request, [], [...lost, ...losses(kept, 'otherFamilyLost')], refusedByPools(placement, around));
}

/** What a Service keeps of what it has when nothing else is asked for. */
export function keepable(
  request: AllocationRequest,
  current: readonly Assignment[],
  around: Surroundings,
): readonly Assignment[] {
  return sift(request, current, around).kept;
}

interface Sifted {
  readonly kept: readonly Assignment[];
  readonly lost: readonly Loss[];
}

const nothing: readonly never[] = [];
const hadNothing: Sifted = { kept: nothing, lost: nothing };

function sift(request: AllocationRequest, current: readonly Assignment[], around: Surroundings): Sifted {
  if (current.length === 0) return hadNothing;
  const kept: Assignment[] = [];
  const lost: Loss[] = [];
  for (const assignment of current) {
    const pool = around.ledger.poolOf(assignment.address)?.pool.name ?? assignment.pool;
    const reason = whyLost({ ...assignment, pool }, request, kept, around);
    if (reason === undefined) kept.push({ address: assignment.address, pool });
    else lost.push({ ...assignment, ...reason });
  }
  return { kept: inFamilyOrder(kept, request.wish.families, ({ address }) => address.family), lost };
}

function whyLost(
  { address, pool: poolName }: Assignment,
  request: AllocationRequest,
  kept: readonly Assignment[],
  around: Surroundings,
): Pick<Loss, 'reason' | 'use'> | undefined {
  const family = address.family;
  const second = kept.some((other) => other.address.family === family);
  if (second || !request.wish.families.includes(family)) return { reason: 'familyNotWanted' };
  const space = around.ledger.poolOf(address);
  if (space === undefined && !around.setAside.has(poolName) && !around.leaving.has(poolName))
    return { reason: 'notInAnyPool' };
  if (space !== undefined && whyNotAllowed(space.pool, request, around.namespaceLabels) !== undefined) {
    return { reason: 'poolRefuses' };
  }
  const use = around.ledger.foreignUse(address);
  if (use !== undefined) return { reason: 'usedByOthers', use };
  return around.ledger.inUse(address, request.terms) === undefined ? undefined : { reason: 'heldByAnother' };
}

function decideByAddress(request: AllocationRequest, { kept, lost }: Sifted, around: Surroundings): Decision {
  const refused: RefusedAddress[] = [];
  const placed: Assignment[] = [];
  for (const address of request.addresses) {
    const result = placeRequested(address, request, kept, around);
    if ('reason' in result) refused.push(result);
    else placed.push(result);
  }
  if (refused.length > 0) {
    const blockers = refused.flatMap((address) => addressBlockers(address, request));
    return stay(request, kept, lost, { refusal: { reason: 'addressesRefused', addresses: refused }, blockers });
  }
  const others = kept.filter(
    ({ address, pool }) =>
      (request.pool ?? pool) === pool && placed.every((one) => one.address.family !== address.family),
  );
  return settle(request, { kept, lost }, complete(request, [...placed, ...others], around), 'otherRequested');
}

function decideByPool(
  request: AllocationRequest,
  pool: string,
  { kept, lost }: Sifted,
  around: Surroundings,
): Decision {
  const there = kept.filter((assignment) => assignment.pool === pool);
  const space = around.ledger.space(pool);
  if (space === undefined) {
    const enough = request.wish.quantity === 'some' || there.length === request.wish.families.length;
    if (there.length > 0 && enough) {
      return settle(request, { kept, lost }, complete(request, there, around), 'otherRequested');
    }
    const reason = around.setAside.has(pool) ? 'poolSetAside' : 'unknownPool';
    return stay(request, kept, lost, { refusal: { reason: 'poolsRefused', pools: [{ pool, reason }] } });
  }
  const placement = serve(request, there, [space], around);
  if (placement.assignments.length > 0) return settle(request, { kept, lost }, placement, 'otherRequested');
  return stay(request, kept, lost, refusedByPools(placement, { ...around, setAside: new Set() }));
}

/** Completes what a Service has, or serves it anew where both families must be had and one is lost. */
function serve(
  request: AllocationRequest,
  kept: readonly Assignment[],
  candidates: Surroundings['pools'],
  around: Surroundings,
): Placement {
  if (kept.length === 0) return placeAnew(request, candidates, around);
  const completed = complete(request, kept, around);
  const whole = completed.assignments.length === request.wish.families.length;
  return whole || request.wish.quantity === 'some' ? completed : placeAnew(request, candidates, around);
}

function settle(request: AllocationRequest, before: Sifted, placement: Placement, why: LossReason): Decision {
  const { families } = request.wish;
  const assignments = inFamilyOrder(placement.assignments, families, ({ address }) => address.family);
  return {
    assignments: packed(assignments),
    lost: before.kept.length === 0 ? packed(before.lost) : withDropped(before, assignments, why),
    refusal: undefined,
    incomplete: assignments.length < families.length,
    passedOver: packed(placement.passedOver),
    blockers: packed(placement.blockers),
  };
}

function withDropped({ kept, lost }: Sifted, now: readonly Assignment[], why: LossReason): readonly Loss[] {
  const dropped = kept.filter(({ address }) => now.every((one) => !sameAddress(one.address, address)));
  return packed([...lost, ...losses(dropped, why)]);
}

/**
 * A list that is kept as long as its Service: without the room to grow that V8 gives a list which grew, of 17 entries,
 * and the same one wherever it is empty.
 */
function packed<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : list.slice();
}

interface Refused {
  readonly refusal: Refusal;
  readonly blockers?: readonly Blocker[];
}

/** A Service that can't have what it asks for keeps what it has, unless it insists on both families and has but one. */
function stay(request: AllocationRequest, kept: readonly Assignment[], lost: readonly Loss[], why: Refused): Decision {
  const enough = request.wish.quantity === 'some' || kept.length === request.wish.families.length;
  return {
    assignments: enough ? kept : [],
    lost: enough ? lost : [...lost, ...losses(kept, 'otherFamilyLost')],
    refusal: why.refusal,
    incomplete: false,
    passedOver: [],
    blockers: why.blockers ?? [],
  };
}

function refusedByPools(placement: Placement, around: Surroundings): Refused {
  const unusable = [...around.setAside].map((pool): PassedOver => ({ pool, reason: 'poolSetAside' }));
  const pools = [...placement.passedOver, ...unusable].toSorted((a, b) => (a.pool < b.pool ? -1 : 1));
  return { refusal: { reason: 'poolsRefused', pools }, blockers: placement.blockers };
}

function addressBlockers(refused: RefusedAddress, request: AllocationRequest): readonly Blocker[] {
  if (refused.reason === 'usedByOthers') return [{ kind: 'address', address: refused.address }];
  if (refused.reason !== 'addressInUse') return [];
  const blockers: Blocker[] = [{ kind: 'address', address: refused.address }];
  return request.terms.key === '' ? blockers : [...blockers, { kind: 'sharingKey', key: request.terms.key }];
}

function losses(assignments: readonly Assignment[], reason: LossReason): readonly Loss[] {
  return assignments.map((assignment) => ({ ...assignment, reason }));
}
