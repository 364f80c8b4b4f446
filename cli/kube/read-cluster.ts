import { configMapResource } from '../../shared/api/config-map.ts';
import { configurationStateResource } from '../../shared/api/configuration-state.ts';
import { endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { namespaceResource } from '../../shared/api/namespace.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { daemonSetResource, deploymentResource } from '../../shared/api/workload.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { speakerLeaseSelector } from '../../speaker/membership/speaker-lease.ts';
import type { Cluster } from '../cluster.ts';
import { type InstallationOverrides, installationOf } from '../installation.ts';
import type { ListScope } from './list-all.ts';
import { locateInstallation } from './locate-installation.ts';
import { TolerantReader } from './tolerant-reader.ts';

export interface ReadClusterOptions {
  readonly client: ApiClient;
  /** Unix ms, by the API server's clock; asked after it has answered. */
  readonly nowMs: () => number;
  /** Of the installation; undefined: it is looked for. */
  readonly namespace: string | undefined;
  readonly overrides: InstallationOverrides;
}

const everywhere = { namespace: '' } as const;

/**
 * Reads everything that commands work on, side by side, and then the Leases. What may not be read is named in `unreadable`.
 * @throws ApiError where the API server can't be asked; CommandError where there are several installations
 */
export async function readCluster({ client, nowMs, namespace, overrides }: ReadClusterOptions): Promise<Cluster> {
  const reader = new TolerantReader(client);
  const [ofInstallation, services, endpointSlices, nodes, namespaces, pools, advertisements] = await Promise.all([
    readInstallation(reader, namespace ?? locateInstallation(client), overrides),
    reader.list(serviceResource, everywhere),
    reader.list(endpointSliceResource, everywhere),
    reader.list(nodeResource, everywhere),
    reader.list(namespaceResource, everywhere),
    reader.list(ipAddressPoolResource, everywhere),
    reader.list(l2AdvertisementResource, everywhere),
  ]);
  // A large cluster may take longer to read than a Lease lasts: what is compared with the time is read last.
  const leases = await reader.list(leaseResource, {
    namespace: ofInstallation.namespace,
    labelSelector: speakerLeaseSelector,
  });
  return {
    ...ofInstallation,
    nowMs: nowMs(),
    leases,
    services,
    endpointSlices,
    nodes,
    namespaces,
    pools,
    advertisements,
    unreadable: reader.unreadable,
  };
}

/** Where a component's workload is found. */
export function componentScope(component: 'controller' | 'speaker', namespace: string): ListScope {
  return { namespace, labelSelector: `app.kubernetes.io/name=herald,app.kubernetes.io/component=${component}` };
}

async function readInstallation(
  reader: TolerantReader,
  located: string | Promise<string>,
  overrides: InstallationOverrides,
): Promise<Pick<Cluster, 'namespace' | 'installation' | 'configMap' | 'l2Statuses' | 'configurationStates'>> {
  const namespace = await located;
  const readConfiguration = async () => {
    const [controllers, speakers] = await Promise.all([
      reader.list(deploymentResource, componentScope('controller', namespace)),
      reader.list(daemonSetResource, componentScope('speaker', namespace)),
    ]);
    const installation = installationOf({ controller: controllers[0], speaker: speakers[0] }, overrides);
    const configMap = await reader.get(configMapResource, { namespace, name: installation.configMapName });
    return { installation, configMap };
  };
  const [configuration, l2Statuses, configurationStates] = await Promise.all([
    readConfiguration(),
    reader.list(serviceL2StatusResource, { namespace }),
    reader.list(configurationStateResource, { namespace }),
  ]);
  return { namespace, ...configuration, l2Statuses, configurationStates };
}
