import { configMapResource } from '../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { leaseResource } from '../shared/api/lease.ts';
import { namespaceResource } from '../shared/api/namespace.ts';
import { nodeResource } from '../shared/api/node.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { type InformerOptions, informerTask } from '../shared/kube/informer-task.ts';
import { kindServed } from '../shared/kube/kind-served.ts';
import { untilFresh } from './fresh-cache-client.ts';
import { hasLeftovers } from './service-writes.ts';
import { speakerLeaseSelector } from './speaker-presence.ts';

export interface WatchOptions extends Pick<InformerOptions<never>, 'client' | 'clock' | 'log' | 'random'> {
  /** Of the installation. */
  readonly namespace: string;
  readonly configMapName: string;
}

/** Most Services of a cluster are of type ClusterIP, and cost no memory here. */
function mayConcernUs(service: Service): boolean {
  return service.type === 'LoadBalancer' || hasLeftovers(service);
}

/** The informers of everything that the controller reads. Pools of all namespaces, to say which ones never serve. */
export function watchedKinds({ namespace, configMapName, ...shared }: WatchOptions) {
  const fieldSelector = `metadata.name=${configMapName}`;
  const informers = {
    services: informerTask({ ...shared, type: serviceResource, namespace: '', keep: mayConcernUs }),
    namespaces: informerTask({ ...shared, type: namespaceResource, namespace: '' }),
    nodes: informerTask({ ...shared, type: nodeResource, namespace: '' }),
    pools: informerTask({ ...shared, type: ipAddressPoolResource, namespace: '' }),
    advertisements: informerTask({ ...shared, type: l2AdvertisementResource, namespace: '' }),
    configMaps: informerTask({ ...shared, type: configMapResource, namespace, fieldSelector }),
    speakerLeases: informerTask({ ...shared, type: leaseResource, namespace, labelSelector: speakerLeaseSelector }),
  };
  const tasks = Object.values(informers);
  const synced = Promise.all(tasks.map((task) => task.ready));
  const { services, namespaces, pools, configMaps } = informers;
  /** Waits until what decides about addresses is known as of now; false when the signal aborted first. */
  const fresh = async (signal: AbortSignal): Promise<boolean> => {
    const options = { ...shared, signal };
    await synced;
    const all = await Promise.all([
      untilFresh({ type: serviceResource, namespace: '', keep: mayConcernUs, cache: services.cache }, options),
      untilFresh({ type: namespaceResource, namespace: '', cache: namespaces.cache }, options),
      untilFresh({ type: ipAddressPoolResource, namespace: '', cache: pools.cache }, options),
      untilFresh({ type: configMapResource, namespace, fieldSelector, cache: configMaps.cache }, options),
    ]);
    return all.every((one) => one);
  };
  const poolKindServed = (signal: AbortSignal): Promise<boolean> =>
    kindServed(shared.client, ipAddressPoolResource, { namespace, signal });
  return {
    ...informers,
    poolKindServed,
    tasks,
    synced,
    fresh,
    /** What the configuration is read from. */
    configurationObjects: [
      { type: ipAddressPoolResource, cache: pools.cache },
      { type: l2AdvertisementResource, cache: informers.advertisements.cache },
      { type: configMapResource, cache: configMaps.cache },
    ],
    /** Names of those that have not been read yet, for `/readyz`. */
    missing: () => tasks.filter((task) => !task.cache.synced).map((task) => task.name),
  };
}
