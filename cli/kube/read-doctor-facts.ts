import { configMapResource } from '../../shared/api/config-map.ts';
import { eventReasons } from '../../shared/api/reasons.ts';
import { daemonSetResource, deploymentResource } from '../../shared/api/workload.ts';
import { kubeProxyConfigMapName, readKubeProxyConfig } from '../../shared/config/kube-proxy-config.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import type { Cluster, Unreadable } from '../cluster.ts';
import { accessReviewOf, accessReviewResource, serviceAccountUser } from '../doctor/access-review.ts';
import { customResourceNames } from '../doctor/checks/custom-resources.ts';
import { customResourceResource } from '../doctor/custom-resource.ts';
import type { DoctorFacts, RefusedPermission } from '../doctor/facts.ts';
import { neededPermissions, type Permission } from '../doctor/permissions.ts';
import { recentEventResource } from '../doctor/recent-event.ts';
import { writtenLeaseResource } from '../doctor/written-lease.ts';
import { TolerantReader } from './tolerant-reader.ts';

const everywhere = { namespace: '' } as const;
/** How MetalLB's manifests and its chart label what they install. */
const metallbLabels = ['app=metallb', 'app.kubernetes.io/name=metallb'] as const;

/**
 * Reads what `doctor` looks at beside the `Cluster`. What may not be read is named in `unreadable`.
 * @throws ApiError where the API server can't be asked
 */
export async function readDoctorFacts(client: ApiClient, cluster: Cluster): Promise<DoctorFacts> {
  const { namespace } = cluster;
  const reader = new TolerantReader(client);
  const [definitions, leases, events, deployments, daemonSets, kubeProxy, reviewed] = await Promise.all([
    Promise.all(customResourceNames.map((name) => reader.get(customResourceResource, { namespace: '', name }))),
    reader.list(writtenLeaseResource, { namespace }),
    reader.list(recentEventResource, { ...everywhere, fieldSelector: `reason=${eventReasons.addressConflict}` }),
    Promise.all(
      metallbLabels.map((labelSelector) => reader.list(deploymentResource, { ...everywhere, labelSelector })),
    ),
    reader.list(daemonSetResource, everywhere),
    // For advice only: where it can't be read, the advice is a general one.
    new TolerantReader(client).get(configMapResource, kubeProxyConfigMapName),
    review(client, cluster),
  ]);
  return {
    customResources: definitions.flatMap((definition) => definition ?? []),
    leases,
    events,
    deployments: deployments.flat(),
    daemonSets,
    kubeProxy: kubeProxy && readKubeProxyConfig(kubeProxy),
    refused: reviewed.refused,
    unreadable: [...reader.unreadable, ...reviewed.unreadable],
  };
}

interface Reviewed {
  readonly refused: readonly RefusedPermission[];
  readonly unreadable: readonly Unreadable[];
}

/** Asks the API server of each permission of the components that run in the cluster. */
async function review(client: ApiClient, { installation, namespace }: Cluster): Promise<Reviewed> {
  const asked = neededPermissions().flatMap((permission) => {
    const workload = installation[permission.component];
    if (workload === undefined) return [];
    return [{ ...permission, user: serviceAccountUser(namespace, workload.serviceAccountName) }];
  });
  try {
    // The first alone: whoever may not ask it may not ask the others.
    const [first, ...others] = asked;
    if (first === undefined) return { refused: [], unreadable: [] };
    const answers = [await isAllowed(client, first, namespace)];
    answers.push(...(await Promise.all(others.map((one) => isAllowed(client, one, namespace)))));
    return { refused: asked.filter((_, index) => answers[index] === false), unreadable: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 'Forbidden' && error.code !== 'NotFound')) throw error;
    return { refused: [], unreadable: [{ resource: accessReviewResource.plural, why: errorText(error) }] };
  }
}

async function isAllowed(
  client: ApiClient,
  { user, ...permission }: Permission & { readonly user: string },
  namespace: string,
): Promise<boolean> {
  const answer = await client.create(accessReviewResource, accessReviewOf(permission, user, namespace));
  return answer.allowed;
}
