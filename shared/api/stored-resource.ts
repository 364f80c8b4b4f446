import { metallbGroup } from './ip-address-pool.ts';
import { asObject, type JsonObject, readObject } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** An object of a kind that is accepted, checked by its schema and kept, but not served yet: nobody reads its fields. */
export interface StoredResource {
  readonly meta: ObjectMeta;
  readonly spec: JsonObject;
}

export const bgpPeerResource = storedKind('v1beta2', 'BGPPeer', 'bgppeers');
export const bgpAdvertisementResource = storedKind('v1beta1', 'BGPAdvertisement', 'bgpadvertisements');
export const bfdProfileResource = storedKind('v1beta1', 'BFDProfile', 'bfdprofiles');
export const communityResource = storedKind('v1beta1', 'Community', 'communities');
export const serviceBgpStatusResource = storedKind('v1beta1', 'ServiceBGPStatus', 'servicebgpstatuses');

function storedKind(version: string, kind: string, plural: string): ResourceType<StoredResource> {
  const parse = (json: unknown): StoredResource => {
    const root = asObject(json);
    return { meta: parseMeta(root), spec: readObject(root, 'spec') };
  };
  return { group: metallbGroup, version, kind, plural, namespaced: true, parse };
}
