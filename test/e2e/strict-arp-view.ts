import { readObject, readObjects, readString } from '../../shared/api/json.ts';
import type { KubeApi } from '../cluster/api/kube-api.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { eventually } from '../cluster/eventually.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { speakerMetrics } from '../cluster/speaker-metrics.ts';
import { macsSince } from '../cluster/watcher/watch.ts';
import type { WatchedCluster } from '../cluster/watcher/watched-cluster.ts';

/* What is seen, and what is said, of nodes that answer for addresses which others announce. */

export const allNodes = ['node-a', 'node-b', 'node-c'];
export const windowMs = 500;
/**
 * Each request comes from another sender, and a kernel that answers remembers it: in a table that all namespaces of the
 * machine share (gc_thresh3: 1,024 entries). So many a second it forgets in time.
 */
export const everyMs = 100;

/** The nodes that answered for each address in the last half a second, sorted. */
export async function answering(watched: WatchedCluster): Promise<readonly (readonly string[])[]> {
  const sinceMs = monotonicMs() - windowMs;
  const watches = await watched.watcher.report(sinceMs);
  return watches.map((watch) =>
    macsSince(watch, sinceMs)
      .map((mac) => watched.nodeOf(mac))
      .sort(),
  );
}

/** `True StrictARPRequired: …`; undefined where there is no such condition. */
export async function conditionOf(api: KubeApi, path: string, type: string): Promise<string | undefined> {
  const status = readObject(await api.get(path), 'status');
  const found = readObjects(status, 'conditions').find((condition) => condition['type'] === type);
  return found && `${readString(found, 'status')} ${readString(found, 'reason')}: ${readString(found, 'message')}`;
}

export const required = 'herald/StrictARPRequired';
export const web = `${servicesPath}/web`;

/** Waits until the Service says it of all nodes. */
export function namedAll(api: KubeApi): Promise<string> {
  return eventually('the Service names all nodes', async () => {
    const said = await conditionOf(api, web, required);
    return said?.startsWith('True StrictARPRequired: nodes node-a, node-b, node-c answer ARP') ? said : undefined;
  });
}

export async function metricsOk({ cluster }: WatchedCluster): Promise<readonly (number | undefined)[]> {
  const metrics = await Promise.all(cluster.nodes.map(({ machine }) => speakerMetrics(machine)));
  return metrics.map((each, index) => each.get(`herald_strict_arp_ok{node="${allNodes[index]}"}`));
}
