import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readObject, readObjects, readText } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta1 Community: names for BGP communities. */
export interface Community {
  readonly meta: ObjectMeta;
  readonly communities: readonly { readonly name: string; readonly value: string }[];
}

export const communityResource: ResourceType<Community> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'Community',
  plural: 'communities',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    return {
      meta: parseMeta(root),
      communities: readObjects(readObject(root, 'spec'), 'communities').map((entry) => ({
        name: readText(entry, 'name'),
        value: readText(entry, 'value'),
      })),
    };
  },
};
