import { anySelectorMatches, type Labels, selectorMatches } from '../../shared/api/label-selector.ts';
import type { Pool } from '../../shared/config/model.ts';
import type { PoolReason } from './decision.ts';
import type { PoolSpace } from './pool.ts';
import type { AllocationRequest } from './request.ts';

/** Labels of a namespace, by its name; none where it is not known (yet). */
export type NamespaceLabels = (namespace: string) => Labels;

/**
 * The order in which pools are tried: those with `serviceAllocation` by priority (0 last), then those for everybody;
 * ties by name.
 */
export function inOrderOfTrial(spaces: Iterable<PoolSpace>): readonly PoolSpace[] {
  return [...spaces].toSorted((a, b) => urgency(a.pool) - urgency(b.pool) || (a.pool.name < b.pool.name ? -1 : 1));
}

/** Decides whether a pool may serve a Service; undefined where it may. */
export function whyNotAllowed(
  pool: Pool,
  request: AllocationRequest,
  namespaceLabels: NamespaceLabels,
): PoolReason | undefined {
  const { allocation } = pool;
  if (allocation === undefined) return undefined;
  const { namespaces, namespaceSelectors } = allocation;
  const everyNamespace = namespaces.length === 0 && namespaceSelectors.length === 0;
  const allowed =
    everyNamespace ||
    namespaces.includes(request.namespace) ||
    namespaceSelectors.some((selector) => selectorMatches(selector, namespaceLabels(request.namespace)));
  if (!allowed) return { reason: 'namespaceNotAllowed', namespace: request.namespace };
  return anySelectorMatches(allocation.serviceSelectors, request.labels) ? undefined : { reason: 'serviceNotSelected' };
}

function urgency(pool: Pool): number {
  if (pool.allocation === undefined) return Number.MAX_SAFE_INTEGER;
  return pool.allocation.priority === 0 ? Number.MAX_SAFE_INTEGER - 1 : pool.allocation.priority;
}
