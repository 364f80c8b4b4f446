import { isJsonObject, readObject } from '../../../../shared/api/json.ts';
import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { itemSchema } from './json-schema.ts';
import { isMap, jsonOf } from './json-value.ts';

/**
 * Fills in the schema's defaults, in place: a missing field takes its default, and so does a null where null is not
 * allowed. Defaults inside a map that is absent do not create it.
 */
export function applyDefaults(schema: Schema, object: JsonMap): void {
  fill(schema, object);
}

function fill(schema: Schema, value: Json): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    for (const item of value) fill(items, item);
  } else if (isMap(value)) fillMap(schema, value);
}

function fillMap(schema: Schema, map: JsonMap): void {
  const properties = readObject(schema, 'properties');
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    fillMember(property, map, name);
  }
  const additional = schema['additionalProperties'];
  if (!isJsonObject(additional)) return;
  for (const [key, value] of Object.entries(map)) if (!Object.hasOwn(properties, key)) fill(additional, value);
}

function fillMember(property: Schema, map: JsonMap, name: string): void {
  const current = Object.hasOwn(map, name) ? map[name] : undefined;
  const isStrayNull = current === null && property['nullable'] !== true;
  const fallback = property['default'];
  if (fallback !== undefined && (current === undefined || isStrayNull)) map[name] = jsonOf(fallback);
  const value = map[name];
  if (value !== undefined) fill(property, value);
}
