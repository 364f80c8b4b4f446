import { bfdProfileResource } from '../../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../../shared/api/bgp-peer.ts';
import { communityResource } from '../../shared/api/community.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject, JsonValue } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import { apiVersionOf, type ResourceType } from '../../shared/api/resource-type.ts';
import type {
  ConfigMapBfdProfile,
  ConfigMapBgpAdvertisement,
  ConfigMapContent,
  ConfigMapPeer,
  ConfigMapPool,
} from '../../shared/config/config-map-schema.ts';
import { formatAddress } from '../../shared/net/address.ts';
import { quotedText } from '../../shared/net/quoted-text.ts';
import { type Draft, withComment } from './draft.ts';
import { objectNames } from './object-names.ts';

/** Names as Kubernetes takes them, by those of the ConfigMap. */
interface Names {
  readonly namespace: string;
  readonly pools: ReadonlyMap<string, string>;
  readonly profiles: ReadonlyMap<string, string>;
}

/** The custom resources that equal a v0.12 ConfigMap: the configuration that they give is the same, under the same names. */
export function draftsOfConfigMap(content: ConfigMapContent, namespace: string): readonly Draft[] {
  const pools = content['address-pools'];
  const profiles = content['bfd-profiles'];
  const names: Names = {
    namespace,
    pools: objectNames(
      pools.map(({ name }) => name),
      'pool',
    ),
    profiles: objectNames(
      profiles.map(({ name }) => name),
      'profile',
    ),
  };
  return [
    ...pools.map((pool) => poolDraft(pool, names)),
    ...pools.filter(({ protocol }) => protocol === 'layer2').map((pool) => layer2Draft(pool, names)),
    ...communityDrafts(content['bgp-communities'], namespace),
    ...profiles.map((profile) => profileDraft(profile, names)),
    ...content.peers.map((peer, index) => peerDraft(peer, index, names)),
    ...pools.filter(({ protocol }) => protocol === 'bgp').flatMap((pool) => routeDrafts(pool, names)),
  ];
}

/** Fields that are undefined are left out. */
export function draftOf<T extends ApiObject>(
  type: ResourceType<T>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  spec: JsonObject,
): Draft {
  const given = Object.entries(spec).filter(([, value]) => value !== undefined);
  const object = {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { name, namespace },
    spec: Object.fromEntries(given),
  };
  return { object, comments: [] };
}

function poolDraft(pool: ConfigMapPool, names: Names): Draft {
  const name = named(names.pools, pool.name);
  const draft = draftOf(ipAddressPoolResource, { ...names, name }, poolSpec(pool));
  if (name === pool.name) return draft;
  const text = `was ${quotedText(pool.name)}, which is no name of a Kubernetes object; change the annotation metallb.io/address-pool of the Services that name it`;
  return withComment(draft, ['metadata', 'name'], text);
}

function poolSpec(pool: ConfigMapPool): JsonObject {
  return {
    addresses: pool.addresses.map((entry) => entry.trim()),
    autoAssign: pool['auto-assign'],
    avoidBuggyIPs: pool['avoid-buggy-ips'],
  };
}

function layer2Draft(pool: ConfigMapPool, names: Names): Draft {
  const name = named(names.pools, pool.name);
  return draftOf(l2AdvertisementResource, { ...names, name }, { ipAddressPools: [name] });
}

/** All aliases in one object. */
function communityDrafts(aliases: Readonly<Record<string, string>>, namespace: string): readonly Draft[] {
  const communities = Object.entries(aliases).map(([name, value]) => ({ name, value }));
  if (communities.length === 0) return [];
  return [draftOf(communityResource, { namespace, name: 'bgp-communities' }, { communities })];
}

function profileDraft(profile: ConfigMapBfdProfile, names: Names): Draft {
  const name = named(names.profiles, profile.name);
  return draftOf(
    bfdProfileResource,
    { ...names, name },
    {
      receiveInterval: profile['receive-interval'],
      transmitInterval: profile['transmit-interval'],
      detectMultiplier: profile['detect-multiplier'],
      echoInterval: profile['echo-interval'],
      echoMode: profile['echo-mode'],
      passiveMode: profile['passive-mode'],
      minimumTtl: profile['minimum-ttl'],
    },
  );
}

/** v0.12 gives peers no names; their order names them. */
function peerDraft(peer: ConfigMapPeer, index: number, names: Names): Draft {
  const { 'hold-time': holdTimeMs, 'keepalive-time': keepaliveTimeMs } = peer;
  const [sourceAddress, routerId] = [peer['source-address'], peer['router-id']];
  const profile = peer['bfd-profile'];
  const draft = draftOf(
    bgpPeerResource,
    { ...names, name: `peer-${index + 1}` },
    {
      myASN: peer['my-asn'],
      peerASN: peer['peer-asn'],
      peerAddress: formatAddress(peer['peer-address']),
      sourceAddress: sourceAddress && formatAddress(sourceAddress),
      peerPort: peer['peer-port'],
      holdTime: holdTimeMs === undefined ? undefined : goDuration(holdTimeMs),
      keepaliveTime: keepaliveTimeMs === undefined ? undefined : goDuration(keepaliveTimeMs),
      routerID: routerId && formatAddress(routerId),
      nodeSelectors: someOrNone(peer['node-selectors'].map(nodeSelector)),
      password: peer.password || undefined,
      bfdProfile: profile ? named(names.profiles, profile) : undefined,
      ebgpMultiHop: peer['ebgp-multihop'],
    },
  );
  if (!peer.password) return draft;
  return withComment(
    draft,
    ['spec', 'password'],
    'readable by all who may read this object; passwordSecret names a Secret instead',
  );
}

function nodeSelector(selector: ConfigMapPeer['node-selectors'][number]): JsonObject {
  const { 'match-labels': labels, 'match-expressions': expressions } = selector;
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: labels }),
    ...(expressions.length > 0 && {
      matchExpressions: expressions.map(({ key, operator, values }) => ({
        key,
        operator,
        ...(values.length > 0 && { values }),
      })),
    }),
  };
}

/** A BGP pool without advertisements is announced as single addresses. */
function routeDrafts(pool: ConfigMapPool, names: Names): readonly Draft[] {
  const poolName = named(names.pools, pool.name);
  const routes = pool['bgp-advertisements'];
  if (routes.length === 0) return [routeDraft({ poolName, name: poolName }, undefined, names)];
  return routes.map((route, index) => routeDraft({ poolName, name: `${poolName}-${index + 1}` }, route, names));
}

function routeDraft(
  { poolName, name }: { readonly poolName: string; readonly name: string },
  route: ConfigMapBgpAdvertisement | undefined,
  names: Names,
): Draft {
  return draftOf(
    bgpAdvertisementResource,
    { ...names, name },
    {
      ipAddressPools: [poolName],
      aggregationLength: route?.['aggregation-length'],
      aggregationLengthV6: route?.['aggregation-length-v6'],
      localPref: route?.localpref,
      communities: someOrNone([...new Set(route?.communities)]),
    },
  );
}

function someOrNone(list: readonly JsonValue[]): readonly JsonValue[] | undefined {
  return list.length === 0 ? undefined : list;
}

function named(names: ReadonlyMap<string, string>, name: string): string {
  return names.get(name) ?? name;
}

function goDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
