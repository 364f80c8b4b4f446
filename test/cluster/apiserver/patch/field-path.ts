import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { itemSchema, listMapKeys, listType, memberSchema } from '../schema/json-schema.ts';
import { canonicalJson, isMap } from '../schema/json-value.ts';

/**
 * One step of a field path as fieldsV1 writes it: `f:NAME` a member, `k:{…}` the item of a list map with these keys,
 * `v:VALUE` an item of a set. Source: sigs.k8s.io/structured-merge-diff, and Kubernetes' page "Server-Side Apply".
 */
export type PathElement = string;
export type FieldPath = readonly PathElement[];

/** A value below another, with the step that leads to it. */
export interface Child {
  readonly element: PathElement;
  readonly value: Json;
  readonly schema: Schema;
}

/** The parts of a value that may have owners of their own; undefined where the value has one owner as a whole. */
export function childrenOf(value: Json, schema: Schema): readonly Child[] | undefined {
  if (isMap(value)) {
    if (schema['x-kubernetes-map-type'] === 'atomic') return undefined;
    return Object.entries(value).map(([key, member]) => ({
      element: `f:${key}`,
      value: member,
      schema: memberSchema(schema, key),
    }));
  }
  if (!Array.isArray(value)) return undefined;
  const items = itemSchema(schema);
  switch (listType(schema)) {
    case 'atomic':
      return undefined;
    case 'set':
      return value.map((item) => ({ element: `v:${canonicalJson(item)}`, value: item, schema: items }));
    case 'map':
      return value.map((item) => ({
        element: `k:${canonicalJson(itemKeys(item, schema))}`,
        value: item,
        schema: items,
      }));
  }
}

/** The keys of a list map's item; a key that is absent counts with its default. */
function itemKeys(item: Json, schema: Schema): JsonMap {
  const keys: JsonMap = {};
  for (const name of listMapKeys(schema)) {
    const fallback = memberSchema(itemSchema(schema), name)['default'];
    const value = isMap(item) ? (item[name] ?? fallback) : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') keys[name] = value;
  }
  return keys;
}

/** A path for people: `.spec.ports[port=80,protocol="TCP"].name`. */
export function pathText(path: FieldPath): string {
  return path.map(elementText).join('');
}

function elementText(element: PathElement): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys: unknown = JSON.parse(rest);
  const texts = isMap(keys) ? Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`) : [];
  return `[${texts.join(',')}]`;
}
