import { type Cluster, unknownKind } from '../cluster.ts';
import { CommandError } from '../command-error.ts';

/** Without these every decision could be another one. */
const needed: readonly string[] = ['services', 'endpointslices', 'nodes', 'leases'];
const neededPools: readonly string[] = ['ipaddresspools', 'l2advertisements'];

/**
 * Refuses to decide by what is known in part. Where the API server does not know a kind, there is nothing of it: pools may
 * then be in the ConfigMap. `task`: as in "cannot <task>".
 * @throws CommandError
 */
export function requireDecidable({ unreadable, configMap }: Cluster, task: string): void {
  const lacking = unreadable.find(({ resource, why }) => {
    if (needed.includes(resource)) return true;
    return neededPools.includes(resource) && (configMap === undefined || why !== unknownKind);
  });
  if (lacking === undefined) return;
  throw new CommandError('Unreadable', `cannot ${task}: ${lacking.resource} can not be read: ${lacking.why}`);
}
