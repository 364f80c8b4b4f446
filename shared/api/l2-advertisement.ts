import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readNumber, readObject, readObjects, readStrings } from './json.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** A soft wish for nodes: the weights (1..100) of all that match are summed. */
export interface PreferredNodeSelector {
  readonly weight: number;
  readonly preference: LabelSelector;
}

/** metallb.io/v1beta1 L2Advertisement. Empty lists mean "all". */
export interface L2Advertisement {
  readonly meta: ObjectMeta;
  readonly ipAddressPools: readonly string[];
  readonly ipAddressPoolSelectors: readonly LabelSelector[];
  readonly nodeSelectors: readonly LabelSelector[];
  readonly interfaces: readonly string[];
  readonly serviceSelectors: readonly LabelSelector[];
  readonly preferredNodeSelectors: readonly PreferredNodeSelector[];
}

export const l2AdvertisementResource: ResourceType<L2Advertisement> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'L2Advertisement',
  plural: 'l2advertisements',
  namespaced: true,
  parse: parseL2Advertisement,
};

function parseL2Advertisement(json: unknown): L2Advertisement {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  return {
    meta: parseMeta(root),
    ipAddressPools: readStrings(spec, 'ipAddressPools'),
    ipAddressPoolSelectors: readObjects(spec, 'ipAddressPoolSelectors').map(parseLabelSelector),
    nodeSelectors: readObjects(spec, 'nodeSelectors').map(parseLabelSelector),
    interfaces: readStrings(spec, 'interfaces'),
    serviceSelectors: readObjects(spec, 'serviceSelectors').map(parseLabelSelector),
    preferredNodeSelectors: readObjects(spec, 'preferredNodeSelectors').map((preferred) => ({
      weight: readNumber(preferred, 'weight') ?? 0,
      preference: parseLabelSelector(readObject(preferred, 'preference')),
    })),
  };
}
