import { configMapResource } from '../../shared/api/config-map.ts';
import { configurationStateResource } from '../../shared/api/configuration-state.ts';
import { endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { type Lease, leaseResource } from '../../shared/api/lease.ts';
import { namespaceResource } from '../../shared/api/namespace.ts';
import { nodeResource } from '../../shared/api/node.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { daemonSetResource, deploymentResource } from '../../shared/api/workload.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import type { Change } from '../../shared/kube/informer.ts';
import { informerTask } from '../../shared/kube/informer-task.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { speakerLeaseSelector } from '../../speaker/membership/speaker-lease.ts';
import type { Cluster } from '../cluster.ts';
import { type InstallationOverrides, installationOf } from '../installation.ts';
import type { ListScope } from './list-all.ts';
import { componentScope } from './read-cluster.ts';

/** A cluster that is watched. */
export interface FollowedCluster {
  /** As it is now, as far as that is known. */
  cluster(): Cluster;
  /** Why that may be old; undefined while all of it is followed. */
  lost(): unknown;
  /** Waits until it has changed, no longer than that; false where the signal aborts first. */
  changed(withinMs: number, signal: AbortSignal): Promise<boolean>;
  run(signal: AbortSignal): Promise<void>;
}

export interface FollowOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Unix ms, by the API server's clock. */
  readonly nowMs: () => number;
  readonly overrides: InstallationOverrides;
}

/** Changes that come together are told together. */
const gatherMs = 200;

/** Who looks at what is followed reads no log. */
const noLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Follows all that `readCluster` has read. What could not be read is not followed, and stays named. */
export function followedCluster(first: Cluster, options: FollowOptions): FollowedCluster {
  return new Following(first, options);
}

/** One kind. */
interface Followed<T extends ApiObject> {
  readonly synced: () => boolean;
  readonly values: () => readonly T[];
  readonly run: (signal: AbortSignal) => Promise<void>;
}

class Following implements FollowedCluster {
  readonly #first: Cluster;
  readonly #options: FollowOptions;
  /** By kind. BOUNDED by the kinds. */
  readonly #lost = new Map<string, unknown>();
  #changed = false;
  #wake = (): void => undefined;
  readonly #kinds;

  constructor(first: Cluster, options: FollowOptions) {
    this.#first = first;
    this.#options = options;
    const { namespace, installation } = first;
    const everywhere = { namespace: '' };
    this.#kinds = {
      deployments: this.#follow(deploymentResource, componentScope('controller', namespace)),
      daemonSets: this.#follow(daemonSetResource, componentScope('speaker', namespace)),
      configMaps: this.#follow(configMapResource, {
        namespace,
        fieldSelector: `metadata.name=${installation.configMapName}`,
      }),
      services: this.#follow(serviceResource, everywhere),
      endpointSlices: this.#follow(endpointSliceResource, everywhere),
      nodes: this.#follow(nodeResource, everywhere),
      namespaces: this.#follow(namespaceResource, everywhere),
      pools: this.#follow(ipAddressPoolResource, everywhere),
      advertisements: this.#follow(l2AdvertisementResource, everywhere),
      leases: this.#follow(leaseResource, { namespace, labelSelector: speakerLeaseSelector }, isRenewal),
      l2Statuses: this.#follow(serviceL2StatusResource, { namespace }),
      configurationStates: this.#follow(configurationStateResource, { namespace }),
    };
  }

  cluster(): Cluster {
    const { nowMs, overrides } = this.#options;
    const { deployments, daemonSets, configMaps, ...lists } = this.#kinds;
    if (Object.values(this.#kinds).some(({ synced }) => !synced())) return { ...this.#first, nowMs: nowMs() };
    const [controller] = deployments.values();
    const [speaker] = daemonSets.values();
    return {
      namespace: this.#first.namespace,
      nowMs: nowMs(),
      installation: installationOf({ controller, speaker }, overrides),
      services: lists.services.values(),
      endpointSlices: lists.endpointSlices.values(),
      nodes: lists.nodes.values(),
      namespaces: lists.namespaces.values(),
      pools: lists.pools.values(),
      advertisements: lists.advertisements.values(),
      configMap: configMaps.values()[0],
      leases: lists.leases.values(),
      l2Statuses: lists.l2Statuses.values(),
      configurationStates: lists.configurationStates.values(),
      unreadable: this.#first.unreadable,
    };
  }

  lost(): unknown {
    return [...this.#lost.values()][0];
  }

  async changed(withinMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    if (!this.#changed) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await delay(clock, withinMs, AbortSignal.any([signal, woken.signal]));
      this.#wake = () => undefined;
    }
    if (this.#changed) await delay(clock, gatherMs, signal);
    this.#changed = false;
    return !signal.aborted;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Object.values(this.#kinds).map(({ run }) => run(signal)));
  }

  #follow<T extends ApiObject>(
    type: ResourceType<T>,
    scope: ListScope,
    isNothing: (change: Change<T>) => boolean = () => false,
  ): Followed<T> {
    const { client, clock, random } = this.#options;
    const unreadable = this.#first.unreadable.some(({ resource }) => resource === type.plural);
    if (unreadable) return { synced: () => true, values: () => [], run: () => Promise.resolve() };
    const informer = informerTask({
      client,
      clock,
      random,
      type,
      ...scope,
      log: noLog,
      onState: (state, error) => {
        if (state === 'lost') this.#lost.set(type.plural, error);
        else if (!this.#lost.delete(type.plural)) return;
        this.#note();
      },
    });
    const { cache } = informer;
    return {
      synced: () => cache.synced,
      values: () => [...cache.values()],
      run: async (signal) => {
        const unsubscribe = cache.onChange((change) => isNothing(change) || this.#note());
        await informer.run(signal);
        unsubscribe();
      },
    };
  }

  #note(): void {
    this.#changed = true;
    this.#wake();
  }
}

/** Of a Lease that says the same as before: what follows from its time is seen whenever somebody looks. */
function isRenewal(change: Change<Lease>): boolean {
  if (change.type !== 'modified') return false;
  const [one, other] = [change.object, change.previous];
  const said = ({ holderIdentity, meta }: Lease): string => JSON.stringify([holderIdentity, meta.annotations]);
  return said(one) === said(other);
}
