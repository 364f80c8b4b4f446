import { bfdProfileResource } from '../../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../../shared/api/bgp-peer.ts';
import { communityResource } from '../../shared/api/community.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { apiVersionOf } from '../../shared/api/resource-type.ts';

/** A kind that MetalLB and Herald share, with the fields of `spec` that Herald's custom resource has. */
export interface SharedKind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly fields: readonly string[];
}

/** In the order in which they are printed: what is referred to comes first. */
export const sharedKinds: readonly SharedKind[] = [
  sharedKind(ipAddressPoolResource, [
    'addresses',
    'excludeAddresses',
    'autoAssign',
    'avoidBuggyIPs',
    'conflictCheck',
    'serviceAllocation',
  ]),
  sharedKind(l2AdvertisementResource, [
    'ipAddressPools',
    'ipAddressPoolSelectors',
    'nodeSelectors',
    'interfaces',
    'serviceSelectors',
    'preferredNodeSelectors',
  ]),
  sharedKind(communityResource, ['communities']),
  sharedKind(bfdProfileResource, [
    'receiveInterval',
    'transmitInterval',
    'detectMultiplier',
    'echoInterval',
    'echoMode',
    'passiveMode',
    'minimumTtl',
  ]),
  sharedKind(bgpPeerResource, [
    'myASN',
    'peerASN',
    'dynamicASN',
    'localASN',
    'peerAddress',
    'interface',
    'sourceAddress',
    'peerPort',
    'holdTime',
    'keepaliveTime',
    'connectTime',
    'routerID',
    'nodeSelectors',
    'password',
    'passwordSecret',
    'bfdProfile',
    'enableGracefulRestart',
    'ebgpMultiHop',
    'vrf',
    'disableMP',
    'dualStackAddressFamily',
  ]),
  sharedKind(bgpAdvertisementResource, [
    'aggregationLength',
    'aggregationLengthV6',
    'localPref',
    'communities',
    'ipAddressPools',
    'ipAddressPoolSelectors',
    'nodeSelectors',
    'peers',
    'serviceSelectors',
  ]),
];

/** MetalLB's own, until v0.13: a pool and its advertisements in one object. */
export const addressPoolKind = 'AddressPool';

function sharedKind(
  type: { readonly kind: string; readonly group: string; readonly version: string },
  fields: readonly string[],
): SharedKind {
  return { kind: type.kind, apiVersion: apiVersionOf(type), fields };
}
