import type { BFDProfile } from '../../api/bfd-profile.ts';
import type { BGPAdvertisement } from '../../api/bgp-advertisement.ts';
import type { BGPPeer } from '../../api/bgp-peer.ts';
import type { Community } from '../../api/community.ts';
import type { ApiObject } from '../../api/object-meta.ts';
import type { Surroundings } from '../chosen-pools.ts';
import { compareText, type FindingObject, findingOf, type Problem } from '../finding-text.ts';
import type { Finding, Pool } from '../model.ts';
import { ownObjects } from '../namespaces.ts';
import type { BgpAdvertisement, BgpConfig } from './model.ts';
import { setPeersAside } from './peer-conflicts.ts';
import { type ReadBgpAdvertisement, readBgpAdvertisement } from './read-bgp-advertisement.ts';
import { readCommunities } from './read-communities.ts';
import { readPeer } from './read-peer.ts';
import { readProfile } from './read-profile.ts';
import { setAdvertisementsAside } from './route-conflicts.ts';

/** A Secret of type kubernetes.io/basic-auth; the password itself is not read. */
export interface PasswordSecret extends ApiObject {
  readonly hasPassword: boolean;
}

/** The BGP kinds, of all namespaces. */
export interface BgpResources {
  readonly peers: readonly BGPPeer[];
  readonly advertisements: readonly BGPAdvertisement[];
  readonly profiles: readonly BFDProfile[];
  readonly communities: readonly Community[];
  readonly secrets: readonly PasswordSecret[];
}

/**
 * Reads the BGP kinds of the installation's namespace. Every object stands for itself: a bad one is set aside. `config`
 * is undefined where there is none of them.
 */
export function configFromBgpResources(
  resources: BgpResources,
  surroundings: Surroundings,
  pools: ReadonlyMap<string, Pool>,
): { readonly config: BgpConfig | undefined; readonly findings: readonly Finding[] } {
  const { namespace, nodeLabels } = surroundings;
  const own = <T extends ApiObject>(objects: readonly T[]): readonly T[] => ownObjects(objects, namespace);
  const profiles = own(resources.profiles).map(readProfile);
  const communities = readCommunities(own(resources.communities));
  const bfdProfiles = profiles.flatMap(({ profile }) => profile ?? []);
  const peers = setPeersAside(
    own(resources.peers).map((resource) => readPeer(resource, nodeLabels)),
    {
      namespace,
      nodeLabels,
      profiles: new Set(bfdProfiles.map(({ name }) => name)),
      secrets: new Map(own(resources.secrets).map(({ meta, hasPassword }) => [meta.name, hasPassword])),
    },
  );
  const bgpSurroundings = {
    ...surroundings,
    peers: new Set(peers.map(({ object }) => object.name)),
    aliases: communities.aliases,
  };
  const read = own(resources.advertisements).map((resource) => readBgpAdvertisement(resource, bgpSurroundings));
  const advertisements = setAdvertisementsAside(read, pools, nodeLabels);
  const objects = [...profiles, ...communities.objects, ...peers, ...advertisements];
  const config: BgpConfig = {
    peers: peers.flatMap(({ peer }) => peer ?? []).sort((a, b) => compareText(a.name, b.name)),
    communities: communities.aliases,
    bfdProfiles,
    advertisements: byPool(advertisements),
  };
  return { config: objects.length === 0 ? undefined : config, findings: objects.flatMap(findingsOf) };
}

function findingsOf({ object, problems }: { object: FindingObject; problems: readonly Problem[] }): readonly Finding[] {
  return problems.map((problem) => findingOf(object, problem));
}

/** Both the pools and the advertisements of each by name. */
function byPool(read: readonly ReadBgpAdvertisement[]): ReadonlyMap<string, readonly BgpAdvertisement[]> {
  const map = new Map<string, BgpAdvertisement[]>();
  const byName = read.toSorted((a, b) => compareText(a.object.name, b.object.name));
  for (const { advertisement, pools } of byName) {
    if (advertisement === undefined) continue;
    for (const pool of pools) map.set(pool, [...(map.get(pool) ?? []), advertisement]);
  }
  return new Map([...map].sort(([a], [b]) => compareText(a, b)));
}
