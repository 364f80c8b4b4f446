import { asObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { type ObjectMeta, parseMeta } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';

/** What `doctor` uses of a CustomResourceDefinition. */
export interface CustomResource {
  /** `ipaddresspools.metallb.io`. */
  readonly meta: ObjectMeta;
  readonly group: string;
  /** Versions that are served, each with the fields of `spec` that its schema has. */
  readonly served: ReadonlyMap<string, readonly string[]>;
  readonly established: boolean;
}

export const customResourceResource: ResourceType<CustomResource> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  parse: (json) => {
    const root = asObject(json);
    const spec = readObject(root, 'spec');
    const served = readObjects(spec, 'versions').filter(({ served: one }) => one === true);
    return {
      meta: parseMeta(root),
      group: readString(spec, 'group') ?? '',
      served: new Map(served.map((version) => [readString(version, 'name') ?? '', specFields(version)])),
      established: readObjects(readObject(root, 'status'), 'conditions').some(
        ({ type, status }) => type === 'Established' && status === 'True',
      ),
    };
  },
};

function specFields(version: ReturnType<typeof asObject>): readonly string[] {
  const schema = readObject(readObject(version, 'schema'), 'openAPIV3Schema');
  return Object.keys(readObject(readObject(readObject(schema, 'properties'), 'spec'), 'properties'));
}
