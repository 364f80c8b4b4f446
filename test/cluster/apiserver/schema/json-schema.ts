import { isJsonObject, readArray, readObject, readString, readStrings } from '../../../../shared/api/json.ts';
import type { Schema } from '../resource-definition.ts';

/** How Kubernetes merges a list (x-kubernetes-list-type). */
export type ListType = 'atomic' | 'set' | 'map';

const anything: Schema = Object.freeze({});

/** The schema of a map's member; an empty schema where the parent says nothing about it. */
export function memberSchema(schema: Schema, key: string): Schema {
  const properties = readObject(schema, 'properties');
  const property = Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
  return isJsonObject(property) ? property : anything;
}

export function itemSchema(schema: Schema): Schema {
  const items = schema['items'];
  return isJsonObject(items) ? items : anything;
}

export function listType(schema: Schema): ListType {
  const type = readString(schema, 'x-kubernetes-list-type');
  return type === 'map' || type === 'set' ? type : 'atomic';
}

export function listMapKeys(schema: Schema): readonly string[] {
  return readStrings(schema, 'x-kubernetes-list-map-keys');
}

/** `replace`, `merge` or `retainKeys`, as strategic merge knows them; several may stand comma-separated. */
export function patchStrategies(schema: Schema): readonly string[] {
  return (readString(schema, 'x-kubernetes-patch-strategy') ?? '').split(',');
}

export function keepsUnknownFields(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

export function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

export function subSchemas(schema: Schema, keyword: 'allOf' | 'anyOf' | 'oneOf'): readonly Schema[] {
  return readArray(schema, keyword).filter(isJsonObject);
}
