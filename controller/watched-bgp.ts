import { bfdProfileResource } from '../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../shared/api/bgp-peer.ts';
import { communityResource } from '../shared/api/community.ts';
import { asObject, readObject, readString } from '../shared/api/json.ts';
import { parseMeta } from '../shared/api/object-meta.ts';
import type { ResourceType } from '../shared/api/resource-type.ts';
import type { BgpResources, PasswordSecret } from '../shared/config/bgp/from-bgp-resources.ts';
import { type InformerOptions, informerTask } from '../shared/kube/informer-task.ts';

export interface WatchBgpOptions extends Pick<InformerOptions<never>, 'client' | 'clock' | 'log' | 'random'> {
  /** Of the installation. */
  readonly namespace: string;
}

/** https://kubernetes.io/docs/concepts/configuration/secret/#basic-authentication-secret */
const secretType = 'kubernetes.io/basic-auth';

/** Passwords are not kept, nor annotations, where kubectl repeats them: whether there is one is all that is asked. */
const passwordSecretResource: ResourceType<PasswordSecret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const hasPassword = readString(readObject(root, 'data'), 'password') !== undefined;
    return { meta: { ...parseMeta(root), annotations: {} }, hasPassword };
  },
};

/** The informers of the BGP kinds. Nothing that is served waits for them. */
export function watchedBgp({ namespace, ...shared }: WatchBgpOptions) {
  const informers = {
    peers: informerTask({ ...shared, type: bgpPeerResource, namespace: '' }),
    advertisements: informerTask({ ...shared, type: bgpAdvertisementResource, namespace: '' }),
    profiles: informerTask({ ...shared, type: bfdProfileResource, namespace: '' }),
    communities: informerTask({ ...shared, type: communityResource, namespace: '' }),
    secrets: informerTask({ ...shared, type: passwordSecretResource, namespace, fieldSelector: `type=${secretType}` }),
  };
  const { peers, advertisements, profiles, communities, secrets } = informers;
  const tasks = Object.values(informers);
  return {
    tasks,
    caches: tasks.map(({ cache }) => cache),
    synced: Promise.all(tasks.map(({ ready }) => ready)),
    /** Undefined until all of it is known: what refers to something must not come before it. */
    resources: (): BgpResources | undefined => {
      if (tasks.some(({ cache }) => !cache.synced)) return undefined;
      return {
        peers: [...peers.cache.values()],
        advertisements: [...advertisements.cache.values()],
        profiles: [...profiles.cache.values()],
        communities: [...communities.cache.values()],
        secrets: [...secrets.cache.values()],
      };
    },
    /** For events on them. */
    configurationObjects: [
      { type: bgpPeerResource, cache: peers.cache },
      { type: bgpAdvertisementResource, cache: advertisements.cache },
      { type: bfdProfileResource, cache: profiles.cache },
      { type: communityResource, cache: communities.cache },
    ],
  };
}
