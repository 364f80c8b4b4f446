import { asObject, readStringMap } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export interface ConfigMap {
  readonly meta: ObjectMeta;
  readonly data: Readonly<Record<string, string>>;
}

export const configMapResource: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    return { meta: parseMeta(root), data: readStringMap(root, 'data') };
  },
};
