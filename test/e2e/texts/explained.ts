import { decideCluster } from '../../../cli/decisions/decided.ts';
import { explainService } from '../../../cli/explain/explain-service.ts';
import { explainText } from '../../../cli/explain/explain-text.ts';
import { noOverrides } from '../../../cli/installation.ts';
import { readCluster } from '../../../cli/kube/read-cluster.ts';
import { readServiceEvents } from '../../../cli/kube/read-service-events.ts';
import { plainStyle } from '../../../cli/output/style.ts';
import { HttpApiClient } from '../../../shared/kube/http-api-client.ts';
import { loadEndpoint } from '../../../shared/kube/kubeconfig.ts';
import { systemClock } from '../../../shared/runtime/system-clock.ts';
import { heraldNamespace } from '../../cluster/cluster.ts';
import { steady } from './told.ts';

/** What `kubectl herald explain` prints of Services in the namespace `default`, by name; read from the cluster once. */
export async function explained(
  kubeconfig: string,
  services: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const clock = systemClock();
  const client = new HttpApiClient({ endpoint: loadEndpoint({ kubeconfig }), clock, userAgent: 'test' });
  try {
    const cluster = await readCluster({
      client,
      nowMs: () => clock.wallMs(),
      namespace: heraldNamespace,
      overrides: noOverrides,
    });
    const decided = decideCluster(cluster);
    const texts = new Map<string, readonly string[]>();
    for (const service of cluster.services) {
      const { namespace, name } = service.meta;
      if (namespace !== 'default' || !services.includes(name)) continue;
      const events = await readServiceEvents(client, { namespace, name });
      const report = explainService(service, decided, events);
      texts.set(name, explainText(report, { style: plainStyle, nowMs: cluster.nowMs }).map(steady));
    }
    return texts;
  } finally {
    client.close();
  }
}
