import { parseTime } from '../shared/api/object-meta.ts';
import { conditionTypes } from '../shared/api/reasons.ts';
import type { Service } from '../shared/api/service.ts';
import { findCondition } from '../shared/api/verdict.ts';
import { hasPools } from '../shared/config/has-pools.ts';
import type { Config } from '../shared/config/model.ts';

export interface PoolsQuestion {
  readonly config: Config;
  /** When the oldest of the objects that it was read from was created, in Unix ms; undefined where there is none. */
  readonly oldestMs: number | undefined;
  /** Services of ours that have addresses. */
  readonly holders: readonly Service[];
}

/**
 * Decides whether Services have addresses of pools that are still to be applied: of MetalLB for one, or of an
 * installation before this one. An advertisement, or a ConfigMap without pools, may be the first of several objects and
 * tells nothing, unless it was there when Herald gave a Service its address: then the pools were deleted while no
 * controller ran, and what they gave goes back.
 */
export function awaitsPools({ config, oldestMs, holders }: PoolsQuestion): boolean {
  if (hasPools(config) || holders.length === 0) return false;
  return oldestMs === undefined || !holders.some((service) => givenMs(service) >= oldestMs);
}

/** When Herald gave it its address, or took it over; before all times where it did neither. */
function givenMs({ conditions }: Service): number {
  const allocated = findCondition(conditions, conditionTypes.allocated);
  const sinceMs = allocated?.status === 'True' ? parseTime(allocated.lastTransitionTime) : undefined;
  return sinceMs ?? Number.NEGATIVE_INFINITY;
}
