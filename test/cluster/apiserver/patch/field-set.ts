import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import { type Child, childrenOf, type FieldPath } from './field-path.ts';

/** Field paths by their text. BOUNDED: by the number of fields in one object. */
export type FieldSet = ReadonlyMap<string, FieldPath>;

/** Identity and bookkeeping of an object belong to nobody. */
const bookkeeping: ReadonlySet<string> = new Set(
  [
    'name',
    'generateName',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'managedFields',
  ].map((name) => `f:${name}`),
);

export function keyOf(path: FieldPath): string {
  return path.join('\u0000');
}

/** The fields that an object sets: its leaves, its atomic parts, its list items. */
export function fieldsOf(object: JsonMap, schema: Schema): FieldSet {
  const fields = new Map<string, FieldPath>();
  collect({ value: object, schema, path: [], fields });
  return fields;
}

export interface Walk {
  readonly value: Json;
  readonly schema: Schema;
  readonly path: FieldPath;
  readonly fields: Map<string, FieldPath>;
}

/** Adds the fields of a value that stands at a path. */
export function collect({ value, schema, path, fields }: Walk): void {
  const children = childrenOf(value, schema);
  if (isOwned(path, children)) fields.set(keyOf(path), path);
  for (const child of children ?? []) {
    const below = [...path, child.element];
    if (!isUnowned(below)) collect({ value: child.value, schema: child.schema, path: below, fields });
  }
}

/** Whether the place itself has an owner: a leaf, an empty part, or a list item. */
export function isOwned(path: FieldPath, children: readonly Child[] | undefined): boolean {
  const isItem = path.at(-1)?.startsWith('f:') === false;
  return (children === undefined || children.length === 0 || isItem) && path.length > 0 && !isUnowned(path);
}

/** Nothing below these places is looked at. metadata itself is: only its bookkeeping belongs to nobody. */
export function isUnowned(path: FieldPath): boolean {
  const [first, second] = path;
  if (path.length > 2 || first === undefined) return false;
  if (second === undefined) return first === 'f:apiVersion' || first === 'f:kind';
  return first === 'f:metadata' && bookkeeping.has(second);
}

/** The value at a path; for maps and lists with owned parts only that they are there. */
export function leafAt(object: JsonMap, schema: Schema, path: FieldPath): Json | undefined {
  let at: { value: Json; schema: Schema } | undefined = { value: object, schema };
  for (const element of path) {
    at = childrenOf(at.value, at.schema)?.find((child) => child.element === element);
    if (at === undefined) return undefined;
  }
  return childrenOf(at.value, at.schema) === undefined ? at.value : {};
}

export function filterFields(fields: FieldSet, keep: (path: FieldPath, key: string) => boolean): FieldSet {
  return new Map([...fields].filter(([key, path]) => keep(path, key)));
}

export function uniteFields(left: FieldSet, right: FieldSet): FieldSet {
  return new Map([...left, ...right]);
}

/** The wire form: nested maps, `"."` where a path with further steps below it is itself in the set. */
export function encodeFieldsV1(fields: FieldSet): JsonMap {
  const root: JsonMap = {};
  const sorted = [...fields.values()].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  for (const path of sorted) {
    let node = root;
    for (const element of path) node = childNode(node, element);
    node['.'] = {};
  }
  return withoutLoneDots(root);
}

function childNode(node: JsonMap, element: string): JsonMap {
  const known = node[element];
  if (isMap(known)) return known;
  const created: JsonMap = {};
  node[element] = created;
  return created;
}

function withoutLoneDots(node: JsonMap): JsonMap {
  const result: JsonMap = {};
  const keys = Object.keys(node);
  if (keys.length === 1 && keys[0] === '.') return result;
  for (const [key, value] of Object.entries(node)) result[key] = isMap(value) ? withoutLoneDots(value) : value;
  return result;
}

export function decodeFieldsV1(fieldsV1: JsonMap): FieldSet {
  const fields = new Map<string, FieldPath>();
  decodeNode(fieldsV1, [], fields);
  return fields;
}

function decodeNode(node: JsonMap, path: FieldPath, fields: Map<string, FieldPath>): void {
  const keys = Object.keys(node);
  if (path.length > 0 && (keys.length === 0 || keys.includes('.'))) fields.set(keyOf(path), path);
  for (const [element, child] of Object.entries(node)) {
    if (element !== '.' && isMap(child)) decodeNode(child, [...path, element], fields);
  }
}
