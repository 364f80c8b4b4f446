import { type ConfigMap, configMapResource } from '../shared/api/config-map.ts';
import { type EndpointSlice, endpointSliceResource } from '../shared/api/endpoint-slice.ts';
import { type IPAddressPool, ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { type Lease, leaseResource } from '../shared/api/lease.ts';
import { type Node, nodeResource } from '../shared/api/node.ts';
import { keyOf } from '../shared/api/object-meta.ts';
import { conditionTypes } from '../shared/api/reasons.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { type ServiceL2Status, serviceL2StatusResource } from '../shared/api/service-l2-status.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import type { Cache } from '../shared/kube/informer.ts';
import { informerTask } from '../shared/kube/informer-task.ts';
import { kindServed } from '../shared/kube/kind-served.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import { compactEndpointSlice } from './endpoints.ts';
import { speakerLeaseSelector } from './membership/speaker-lease.ts';

/** What a speaker knows of the API server. */
export interface SpeakerCaches {
  /** Those of type LoadBalancer, and others as long as they bear our condition. */
  readonly services: Cache<Service>;
  readonly endpointSlices: Cache<EndpointSlice>;
  readonly nodes: Cache<Node>;
  readonly pools: Cache<IPAddressPool>;
  readonly advertisements: Cache<L2Advertisement>;
  readonly configMaps: Cache<ConfigMap>;
  /** Those of speakers. */
  readonly leases: Cache<Lease>;
  readonly l2Statuses: Cache<ServiceL2Status>;
}

export interface SpeakerCachesOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly namespace: string;
  readonly configMapName: string;
}

export interface SpeakerInformers {
  readonly caches: SpeakerCaches;
  readonly tasks: readonly Task[];
  /** All caches that a plan is made from are filled. */
  readonly planned: Promise<unknown>;
  /** `l2Statuses` is filled: not before its kind is there, and what is announced does not wait for that. */
  readonly reported: Promise<unknown>;
  /** False where the API server does not know pools or advertisements any more, or does not answer. */
  readonly kindsServed: (signal: AbortSignal) => Promise<boolean>;
}

/** One informer per kind; nothing is watched that plays no part. */
export function speakerCaches(options: SpeakerCachesOptions): SpeakerInformers {
  const { namespace, configMapName, ...base } = options;
  const everywhere = { ...base, namespace: '' };
  const own = { ...base, namespace };
  const services = informerTask({ ...everywhere, type: serviceResource, keep: isRelevant });
  const endpointSlices = informerTask({
    ...everywhere,
    type: { ...endpointSliceResource, parse: (json) => compactEndpointSlice(endpointSliceResource.parse(json)) },
  });
  const nodes = informerTask({ ...everywhere, type: nodeResource });
  const pools = informerTask({ ...own, type: ipAddressPoolResource });
  const advertisements = informerTask({ ...own, type: l2AdvertisementResource });
  const configMaps = informerTask({
    ...own,
    type: configMapResource,
    fieldSelector: `metadata.name=${configMapName}`,
  });
  const leases = informerTask({ ...own, type: leaseResource, labelSelector: speakerLeaseSelector });
  const l2Statuses = informerTask({ ...own, type: serviceL2StatusResource });
  const forPlans = [leases, services, endpointSlices, nodes, pools, advertisements, configMaps];
  return {
    caches: {
      services: services.cache,
      endpointSlices: endpointSlices.cache,
      nodes: nodes.cache,
      pools: pools.cache,
      advertisements: advertisements.cache,
      configMaps: configMaps.cache,
      leases: leases.cache,
      l2Statuses: l2Statuses.cache,
    },
    tasks: [...forPlans, l2Statuses],
    planned: Promise.all(forPlans.map(({ ready }) => ready)),
    reported: l2Statuses.ready,
    kindsServed: async (signal) => {
      const question = { namespace, signal };
      const served = await Promise.all([
        kindServed(base.client, ipAddressPoolResource, question),
        kindServed(base.client, l2AdvertisementResource, question),
      ]);
      return served.every((one) => one);
    },
  };
}

/** Names of the caches that have not been filled yet. */
export function unsyncedCaches(caches: SpeakerCaches): readonly string[] {
  const all: Readonly<Record<string, { readonly synced: boolean }>> = { ...caches };
  return Object.entries(all).flatMap(([name, { synced }]) => (synced ? [] : [name]));
}

/** The ConfigMap in the form of v0.12, where there is one. */
export function configMapOf(caches: SpeakerCaches, namespace: string, name: string): ConfigMap | undefined {
  return caches.configMaps.get(keyOf({ namespace, name }));
}

function isRelevant(service: Service): boolean {
  return service.type === 'LoadBalancer' || service.conditions.some(({ type }) => type === conditionTypes.announced);
}
