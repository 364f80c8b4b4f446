import { allocatedFromPools } from '../../shared/api/annotations.ts';
import { parseTime } from '../../shared/api/object-meta.ts';
import { conditionTypes } from '../../shared/api/reasons.ts';
import type { Service } from '../../shared/api/service.ts';
import type { IpAddress } from '../../shared/net/address.ts';
import { parseAddress } from '../../shared/net/address.ts';
import { type AllocationRequest, readRequest } from './request.ts';

/** A Service as the allocator sees it: what it wants, and what its object says that it has. */
export interface Claim {
  readonly request: AllocationRequest;
  readonly uid: string;
  readonly reported: readonly IpAddress[];
  /** From our annotation, or MetalLB's. */
  readonly reportedPools: readonly string[];
  /** Since when its status says that it is not served. */
  readonly waitingSinceMs: number | undefined;
}

export function readClaim(service: Service): Claim {
  const condition = service.conditions.find(({ type }) => type === conditionTypes.allocated);
  return {
    request: readRequest(service),
    uid: service.meta.uid,
    reported: service.ingress.flatMap(({ ip }) => parseAddress(ip ?? '') ?? []),
    reportedPools: allocatedFromPools(service.meta.annotations),
    waitingSinceMs: condition?.status === 'False' ? parseTime(condition.lastTransitionTime) : undefined,
  };
}
