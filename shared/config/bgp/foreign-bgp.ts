import { bfdProfileResource } from '../../api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../../api/bgp-advertisement.ts';
import { bgpPeerResource } from '../../api/bgp-peer.ts';
import { communityResource } from '../../api/community.ts';
import type { Finding } from '../model.ts';
import { foreignFindings } from '../namespaces.ts';
import type { BgpResources } from './from-bgp-resources.ts';

/** BGP objects that will never serve, since they stand in another namespace. */
export function foreignBgpFindings(resources: BgpResources, namespace: string): readonly Finding[] {
  const { peers, advertisements, profiles, communities } = resources;
  return [
    ...foreignFindings(bgpPeerResource.kind, peers, namespace),
    ...foreignFindings(bgpAdvertisementResource.kind, advertisements, namespace),
    ...foreignFindings(bfdProfileResource.kind, profiles, namespace),
    ...foreignFindings(communityResource.kind, communities, namespace),
  ];
}
