import type { ObjectKey } from '../shared/api/object-meta.ts';
import type { ServiceL2Status } from '../shared/api/service-l2-status.ts';
import type { GroupPlan } from './group-plan.ts';
import type { Plan } from './plan.ts';
import { serviceOf } from './status/l2-status.ts';

/**
 * Which nodes hold which groups, by the reports of those who took them: where a newcomer has it from. Of a Service that
 * is torn into several groups the report tells about the first one.
 */
export function holdersOf(
  { services }: Plan,
  reports: Iterable<ServiceL2Status>,
): (group: GroupPlan) => string | undefined {
  const nodes = new Map<ObjectKey, string>();
  for (const report of reports) if (report.node !== '') nodes.set(serviceOf(report), report.node);
  return (group) => {
    const key = group.services.find((service) => nodes.has(service) && services.get(service)?.groups[0] === group);
    return key === undefined ? undefined : nodes.get(key);
  };
}
