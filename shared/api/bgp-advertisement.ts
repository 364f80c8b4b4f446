import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readNumber, readObject, readObjects, readStrings } from './json.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta1 BGPAdvertisement, with the API's defaults. Empty lists mean "all". */
export interface BGPAdvertisement {
  readonly meta: ObjectMeta;
  readonly aggregationLength: number;
  readonly aggregationLengthV6: number;
  readonly localPref: number;
  /** `A:B`, `large:A:B:C` or the name of an alias. */
  readonly communities: readonly string[];
  readonly ipAddressPools: readonly string[];
  readonly ipAddressPoolSelectors: readonly LabelSelector[];
  readonly nodeSelectors: readonly LabelSelector[];
  readonly peers: readonly string[];
  readonly serviceSelectors: readonly LabelSelector[];
}

export const bgpAdvertisementResource: ResourceType<BGPAdvertisement> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'BGPAdvertisement',
  plural: 'bgpadvertisements',
  namespaced: true,
  parse: parseBGPAdvertisement,
};

function parseBGPAdvertisement(json: unknown): BGPAdvertisement {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  return {
    meta: parseMeta(root),
    aggregationLength: readNumber(spec, 'aggregationLength') ?? 32,
    aggregationLengthV6: readNumber(spec, 'aggregationLengthV6') ?? 128,
    localPref: readNumber(spec, 'localPref') ?? 0,
    communities: readStrings(spec, 'communities'),
    ipAddressPools: readStrings(spec, 'ipAddressPools'),
    ipAddressPoolSelectors: readObjects(spec, 'ipAddressPoolSelectors').map(parseLabelSelector),
    nodeSelectors: readObjects(spec, 'nodeSelectors').map(parseLabelSelector),
    peers: readStrings(spec, 'peers'),
    serviceSelectors: readObjects(spec, 'serviceSelectors').map(parseLabelSelector),
  };
}
