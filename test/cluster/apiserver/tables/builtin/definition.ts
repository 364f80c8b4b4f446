import type { Json, JsonMap, ResourceDefinition, Schema } from '../../resource-definition.ts';
import { objectMeta } from '../../schema/object-meta.ts';
import { map, string } from '../../schema/schema-terms.ts';
import { ageOf, nameOf } from '../cell-text.ts';
import { ageColumn, nameColumn } from '../column.ts';

type Given = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'plural'> & Partial<ResourceDefinition>;

/** A built-in definition; what is not given takes what most kinds have: namespaced, no status, name and age as columns. */
export function builtin(given: Given): ResourceDefinition {
  return {
    listKind: `${given.kind}List`,
    singular: given.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    statusSubresource: false,
    schema: kindSchema('', {}),
    structural: false,
    columns: [nameColumn, ageColumn],
    cells: (object, nowMs) => [nameOf(object), ageOf(object, nowMs)],
    ...given,
  };
}

/** Cells between a name and an age. */
export function named(middle: (object: JsonMap) => Json[]): ResourceDefinition['cells'] {
  return (object, nowMs) => [nameOf(object), ...middle(object), ageOf(object, nowMs)];
}

/** The schema of a whole object: the given fields beside apiVersion, kind and metadata. */
export function kindSchema(description: string, fields: Readonly<Record<string, Schema>>): Schema {
  return map(description, {
    apiVersion: string('API version of this object.'),
    kind: string('Kind of this object.'),
    metadata: objectMeta,
    ...fields,
  });
}
