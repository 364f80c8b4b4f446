import { isJsonObject, readObject } from '../../../../shared/api/json.ts';
import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { childPath, itemPath } from './field-error.ts';
import { itemSchema, keepsUnknownFields } from './json-schema.ts';
import { isMap } from './json-value.ts';

/** An embedded object (x-kubernetes-embedded-resource) always keeps these. */
const embeddedFields = ['apiVersion', 'kind', 'metadata'];

/**
 * Removes, in place, every field that the structural schema does not name, and returns their paths
 * ("spec.foo", "spec.list[0].bar"), which is what `fieldValidation` reports as `unknown field "PATH"`.
 */
export function prune(schema: Schema, object: JsonMap): readonly string[] {
  const pruned: string[] = [];
  pruneValue(schema, object, { path: '', pruned });
  return pruned;
}

interface Place {
  readonly path: string;
  readonly pruned: string[];
}

function pruneValue(schema: Schema, value: Json, place: Place): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    value.forEach((item, index) => {
      pruneValue(items, item, { ...place, path: itemPath(place.path, index) });
    });
  } else if (isMap(value)) pruneMap(schema, value, place);
}

function pruneMap(schema: Schema, map: JsonMap, place: Place): void {
  const properties = readObject(schema, 'properties');
  const additional = schema['additionalProperties'];
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  for (const [key, value] of Object.entries(map)) {
    const path = childPath(place.path, key);
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (isJsonObject(property)) pruneValue(property, value, { ...place, path });
    else if (isJsonObject(additional)) pruneValue(additional, value, { ...place, path });
    else if (!(additional === true || keepsUnknownFields(schema) || (embedded && embeddedFields.includes(key)))) {
      delete map[key];
      place.pruned.push(path);
    }
  }
}
