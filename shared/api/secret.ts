import { asObject, readStringMap } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** What Herald uses of a v1 Secret. */
export interface Secret {
  readonly meta: ObjectMeta;
  /** Base64, as the API has it. */
  readonly data: Readonly<Record<string, string>>;
}

export const secretResource: ResourceType<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    return { meta: parseMeta(root), data: readStringMap(root, 'data') };
  },
};
