import { inPool } from '../../shared/config/pool-addresses.ts';
import { type IpAddress, type IpFamily, sameAddress } from '../../shared/net/address.ts';
import type { Assignment, Blocker, PassedOver, PoolReason, RefusedAddress } from './decision.ts';
import type { Ledger } from './ledger.ts';
import type { PoolSpace } from './pool.ts';
import type { AllocationRequest } from './request.ts';
import { type NamespaceLabels, whyNotAllowed } from './selection.ts';

/** Everything that a decision depends on besides the Service itself. */
export interface Surroundings {
  /** Without the Service that is decided upon. */
  readonly ledger: Ledger;
  /** All pools, as `inOrderOfTrial` has it. */
  readonly pools: readonly PoolSpace[];
  /** Pools that can't be used now, but whose addresses stay with those who hold them. */
  readonly setAside: ReadonlySet<string>;
  /** As `Config` has it. */
  readonly leaving: ReadonlySet<string>;
  readonly namespaceLabels: NamespaceLabels;
}

/** What was found for a Service; `assignments` empty: nothing. */
export interface Placement {
  readonly assignments: readonly Assignment[];
  readonly passedOver: readonly PassedOver[];
  readonly blockers: readonly Blocker[];
}

/** Serves a Service that has nothing yet, from the first of these pools that can. */
export function placeAnew(
  request: AllocationRequest,
  candidates: readonly PoolSpace[],
  around: Surroundings,
): Placement {
  const passedOver: PassedOver[] = [];
  const allowed = candidates.filter((space) => {
    const reason = whyNotCandidate(space, request, around);
    if (reason !== undefined) passedOver.push({ pool: space.pool.name, ...reason });
    return reason === undefined;
  });
  const { families, quantity } = request.wish;
  const whole = placeFirst(request, allowed, families, around);
  if (whole.assignments.length > 0 || quantity === 'all') return withPassedOver(whole, passedOver);

  const blockers = [...whole.blockers];
  const exhausted = new Map<string, PassedOver>();
  for (const family of families) {
    const single = placeFirst(request, allowed, [family], around);
    const [assignment] = single.assignments;
    // Said in the same words as later, when the Service still has only one.
    if (assignment !== undefined) return complete(request, [assignment], around);
    blockers.push(...single.blockers);
    for (const pool of single.passedOver) if (pool.reason === 'exhausted') exhausted.set(pool.pool, pool);
  }
  // One family would do: that a pool has no addresses of the other is not why it serves nobody.
  const reasons = whole.passedOver.map((pool) => exhausted.get(pool.pool) ?? pool);
  return { ...whole, passedOver: [...passedOver, ...reasons], blockers };
}

/** Adds the families that a Service lacks from the pool of what it has. */
export function complete(request: AllocationRequest, kept: readonly Assignment[], around: Surroundings): Placement {
  const [first] = kept;
  const missing = request.wish.families.filter((family) => kept.every(({ address }) => address.family !== family));
  const space = first === undefined ? undefined : around.ledger.space(first.pool);
  if (first === undefined || space === undefined || missing.length === 0) {
    return { assignments: kept, passedOver: [], blockers: [] };
  }
  const found = tryPool(space, missing, request, around.ledger);
  if ('reason' in found) {
    const passedOver = [{ pool: first.pool, ...found }];
    return { assignments: kept, passedOver, blockers: completionBlockers(request, first, around.ledger) };
  }
  return { assignments: [...kept, ...found], passedOver: [], blockers: [] };
}

/** Decides whether the Service may have this very address: where it comes from, or why not. */
export function placeRequested(
  address: IpAddress,
  request: AllocationRequest,
  kept: readonly Assignment[],
  around: Surroundings,
): Assignment | RefusedAddress {
  const held = kept.find((assignment) => sameAddress(assignment.address, address));
  const pool = around.ledger.poolOf(address)?.pool;
  const poolName = pool?.name ?? held?.pool;
  if (request.pool !== undefined && request.pool !== poolName) {
    return { address, reason: 'notInRequestedPool', pool: request.pool };
  }
  if (held !== undefined) return held;
  if (pool === undefined) return notInAnyPool(address, around);
  const because = whyNotAllowed(pool, request, around.namespaceLabels);
  if (because !== undefined) return { address, reason: 'poolRefuses', pool: pool.name, because };
  const use = around.ledger.foreignUse(address);
  if (use !== undefined) return { address, reason: 'usedByOthers', use };
  const inUse = around.ledger.inUse(address, request.terms);
  return inUse === undefined ? { address, pool: pool.name } : { address, reason: 'addressInUse', ...inUse };
}

function notInAnyPool(address: IpAddress, { pools, setAside }: Surroundings): RefusedAddress {
  const excludedBy = pools.find(({ pool }) => inPool(pool, address))?.pool.name;
  return { address, reason: 'notInAnyPool', setAside: [...setAside], ...(excludedBy !== undefined && { excludedBy }) };
}

function placeFirst(
  request: AllocationRequest,
  allowed: readonly PoolSpace[],
  families: readonly IpFamily[],
  around: Surroundings,
): Placement {
  const passedOver: PassedOver[] = [];
  const blockers: Blocker[] = [];
  for (const space of allowed) {
    const found = tryPool(space, families, request, around.ledger);
    if (!('reason' in found)) return { assignments: found, passedOver, blockers: [] };
    passedOver.push({ pool: space.pool.name, ...found });
    if (found.reason === 'exhausted') {
      blockers.push({ kind: 'pool', pool: space.pool.name, family: found.family });
    }
  }
  if (request.terms.key !== '') blockers.push({ kind: 'sharingKey', key: request.terms.key });
  return { assignments: [], passedOver, blockers };
}

/** One address of each of the families, or the reason why not: that it never will have one before that it has none now. */
function tryPool(
  space: PoolSpace,
  families: readonly IpFamily[],
  request: AllocationRequest,
  ledger: Ledger,
): readonly Assignment[] | PoolReason {
  const without = families.find((family) => !space.has(family));
  if (without !== undefined) return { reason: 'familyMissing', family: without };
  const found = families.map((family): Assignment | undefined => {
    const address = ledger.pick(space, family, request.terms);
    return address && { address, pool: space.pool.name };
  });
  if (found.every((one) => one !== undefined)) return found;
  return exhausted(space, families[found.indexOf(undefined)] ?? 'IPv4');
}

function exhausted(space: PoolSpace, family: IpFamily): PoolReason {
  const foreign = space.foreign(family);
  return { reason: 'exhausted', family, ...space.usage(family), ...(foreign.length === 0 ? {} : { foreign }) };
}

function whyNotCandidate(space: PoolSpace, request: AllocationRequest, around: Surroundings): PoolReason | undefined {
  if (request.pool === undefined && !space.pool.autoAssign) return { reason: 'notAutoAssigned' };
  return whyNotAllowed(space.pool, request, around.namespaceLabels);
}

/** What would let the other family be added to an assignment: it comes from the same pool or not at all. */
function completionBlockers(request: AllocationRequest, has: Assignment, ledger: Ledger): readonly Blocker[] {
  const space = ledger.space(has.pool);
  const family = request.wish.families.find((wanted) => wanted !== has.address.family);
  if (family === undefined || space === undefined || !space.has(family)) return [];
  const blockers: Blocker[] = [{ kind: 'pool', pool: has.pool, family }];
  return request.terms.key === '' ? blockers : [...blockers, { kind: 'sharingKey', key: request.terms.key }];
}

function withPassedOver(placement: Placement, before: readonly PassedOver[]): Placement {
  return before.length === 0 ? placement : { ...placement, passedOver: [...before, ...placement.passedOver] };
}
