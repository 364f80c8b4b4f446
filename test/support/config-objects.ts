import { type BFDProfile, bfdProfileResource } from '../../shared/api/bfd-profile.ts';
import { type BGPAdvertisement, bgpAdvertisementResource } from '../../shared/api/bgp-advertisement.ts';
import { type BGPPeer, bgpPeerResource } from '../../shared/api/bgp-peer.ts';
import { type Community, communityResource } from '../../shared/api/community.ts';
import { type ConfigMap, configMapResource } from '../../shared/api/config-map.ts';
import { type IPAddressPool, ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import type { Labels } from '../../shared/api/label-selector.ts';
import type { BgpResources } from '../../shared/config/bgp/from-bgp-resources.ts';
import { buildConfig, type ConfigInputs } from '../../shared/config/build-config.ts';
import type { ConfigResult } from '../../shared/config/model.ts';

export const ownNamespace = 'herald-system';

export interface ConfigObjectMeta {
  readonly namespace?: string;
  readonly labels?: JsonObject;
  /** RFC 3339. */
  readonly created?: string;
}

export function ipAddressPool(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): IPAddressPool {
  return ipAddressPoolResource.parse({ metadata: metadata(name, meta), spec });
}

export function l2Advertisement(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): L2Advertisement {
  return l2AdvertisementResource.parse({ metadata: metadata(name, meta), spec });
}

export function bgpPeer(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): BGPPeer {
  const sound = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.9.0.1' };
  return bgpPeerResource.parse({ metadata: metadata(name, meta), spec: { ...sound, ...spec } });
}

export function bgpAdvertisement(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): BGPAdvertisement {
  return bgpAdvertisementResource.parse({ metadata: metadata(name, meta), spec });
}

export function bfdProfile(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): BFDProfile {
  return bfdProfileResource.parse({ metadata: metadata(name, meta), spec });
}

export function community(name: string, aliases: Readonly<Record<string, string>>): Community {
  const communities = Object.entries(aliases).map(([alias, value]) => ({ name: alias, value }));
  return communityResource.parse({ metadata: metadata(name, {}), spec: { communities } });
}

export function configMap(data: JsonObject, meta: ConfigObjectMeta = {}): ConfigMap {
  return configMapResource.parse({ metadata: metadata('config', meta), data });
}

/** What the configuration is, read from these BGP objects and the pool `lan` of 10.0.0.0/24 and 2001:db8::/64. */
export function configOfBgp(bgp: Partial<BgpResources>, nodes: Readonly<Record<string, Labels>> = {}): ConfigResult {
  const none = { peers: [], advertisements: [], profiles: [], communities: [], secrets: [] };
  return configOf({
    pools: [ipAddressPool('lan', { addresses: ['10.0.0.0/24', '2001:db8::/64'] })],
    advertisements: [l2Advertisement('all', {})],
    nodeLabels: new Map(Object.entries(nodes)),
    bgp: { ...none, ...bgp },
  });
}

/** What the configuration is, read from these and nothing else. */
export function configOf(inputs: Partial<ConfigInputs>): ConfigResult {
  return buildConfig({ namespace: ownNamespace, pools: [], advertisements: [], configMap: undefined, ...inputs });
}

/** The configuration in the YAML of the ConfigMap. */
export function configOfYaml(yaml: string): ConfigResult {
  return configOf({ configMap: configMap({ config: yaml }) });
}

function metadata(name: string, meta: ConfigObjectMeta): JsonObject {
  const { namespace = ownNamespace, labels = {}, created = '2026-01-01T00:00:00Z' } = meta;
  return { name, namespace, labels, creationTimestamp: created };
}
