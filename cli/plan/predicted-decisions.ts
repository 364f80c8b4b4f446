import { Allocator } from '../../controller/allocator/allocator.ts';
import { type Claim, readClaim } from '../../controller/allocator/claim.ts';
import type { Decision } from '../../controller/allocator/decision.ts';
import type { ForeignUses } from '../../controller/allocator/foreign-use.ts';
import { isOurs } from '../../controller/allocator/request.ts';
import type { Namespace } from '../../shared/api/namespace.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import { hasPools } from '../../shared/config/has-pools.ts';
import { lostPools } from '../../shared/config/lost-pools.ts';
import type { Config } from '../../shared/config/model.ts';
import { sameAddress } from '../../shared/net/address.ts';

export interface PredictionInput {
  readonly services: readonly Service[];
  readonly namespaces: readonly Namespace[];
  readonly loadBalancerClass: string | undefined;
  readonly nowMs: number;
  /** What other machines use. */
  readonly foreign: ForeignUses;
  /** In force now; undefined where it can't be used, and what was in force before is not known. */
  readonly current: Config | undefined;
  /** As it would be; undefined where it could not be used: then the last one would stay in force. */
  readonly next: Config | undefined;
}

/** By Service: what the controller has decided by now, and what it would decide. */
export interface Prediction {
  readonly before: ReadonlyMap<ObjectKey, Decision>;
  readonly after: ReadonlyMap<ObjectKey, Decision>;
}

/** Lets the allocator do what the leading controller would do: adopt what there is, and then be configured anew. */
export function predictDecisions(input: PredictionInput): Prediction {
  const { current, next, nowMs } = input;
  const inForce = current !== undefined && hasPools(current) ? current : undefined;
  const config = inForce ?? next;
  if (config === undefined) return { before: new Map(), after: new Map() };
  const labels = new Map(input.namespaces.map(({ meta }) => [meta.name, meta.labels]));
  const allocator = new Allocator(config, (namespace) => labels.get(namespace) ?? {}, input.foreign);
  const ours = input.services.filter((service) => isOurs(service, input.loadBalancerClass)).map(readClaim);
  const decisions = (): ReadonlyMap<ObjectKey, Decision> =>
    new Map(
      ours.flatMap(({ request: { key } }): readonly (readonly [ObjectKey, Decision])[] => {
        const decision = allocator.decision(key);
        return decision === undefined ? [] : [[key, decision]];
      }),
    );
  allocator.adopt(ours, nowMs);
  if (inForce === undefined) {
    if (allocator.hasStrays) allocator.loseStrays(nowMs);
    const after = decisions();
    const before = new Map(ours.flatMap((claim) => asWritten(claim, after.get(claim.request.key))));
    // Without any pool nothing is touched (controller/first-configuration.ts).
    return { before, after: hasPools(config) ? after : before };
  }
  const before = decisions();
  if (next !== undefined) configure(allocator, inForce, next, nowMs);
  return { before, after: decisions() };
}

/** What the Service's object says that it has: of what was decided before nothing else is known. */
function asWritten(
  { request, reported, reportedPools }: Claim,
  decision: Decision | undefined,
): readonly (readonly [ObjectKey, Decision])[] {
  if (decision === undefined) return [];
  const assignments = reported.map((address) => {
    const assigned = decision.assignments.find((one) => sameAddress(one.address, address));
    return { address, pool: assigned?.pool ?? reportedPools[0] ?? '' };
  });
  return [[request.key, { ...decision, assignments, lost: [] }]];
}

/** As the controller does it: what a pool has just lost stays for a moment with those who hold it. */
function configure(allocator: Allocator, current: Config, next: Config, nowMs: number): void {
  const leaving = lostPools(current, next);
  if (leaving.size > 0) allocator.configure({ ...next, leaving }, nowMs);
  allocator.configure(next, nowMs);
  if (allocator.hasStrays) allocator.loseStrays(nowMs);
}
