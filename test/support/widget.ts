import { asObject, type JsonObject, readString } from '../../shared/api/json.ts';
import { type ObjectMeta, parseMeta } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';

/** A kind with one field, for tests of what works on any kind. */
export interface Widget {
  readonly meta: ObjectMeta;
  readonly color: string;
}

export const widgetResource: ResourceType<Widget> = {
  group: 'test.example',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    return { meta: parseMeta(root), color: readString(root, 'color') ?? '' };
  },
};

export function widgetJson(name: string, color: string, metadata: JsonObject = {}): JsonObject {
  return { metadata: { namespace: 'default', name, ...metadata }, color };
}
