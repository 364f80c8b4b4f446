import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { isMap, jsonEqual, stringAt } from '../schema/json-value.ts';
import { childrenOf, type FieldPath, pathText } from './field-path.ts';
import { type FieldSet, fieldsOf, filterFields, keyOf, leafAt } from './field-set.ts';
import { encodeManagers, type Manager, readManagers, sameManager, timeText } from './managed-fields.ts';
import { PatchError } from './patch-error.ts';

export interface Apply {
  /** undefined creates the object. */
  readonly live: JsonMap | undefined;
  /** What the manager wants, whole: fields that it set before and no longer names are given up. */
  readonly applied: JsonMap;
  readonly manager: string;
  readonly force: boolean;
  /** Tells list maps, sets and atomic parts apart. */
  readonly schema: Schema;
  readonly nowMs: number;
  /** '' for the main resource. */
  readonly subresource?: string;
}

export interface Applied {
  readonly object: JsonMap;
  /** One text per field that another manager owns with another value; the object then must not be stored. */
  readonly conflicts: string[];
}

/**
 * Server-side apply (Kubernetes' page of that name): merges `applied` into the live object, drops what only this
 * manager had set and no longer names, and keeps metadata.managedFields. Throws PatchError where managedFields is given.
 */
export function serverSideApply(request: Apply): Applied {
  const { applied, schema, manager, subresource = '' } = request;
  if (isMap(applied['metadata']) && applied['metadata']['managedFields'] !== undefined) {
    throw new PatchError('malformed', 'metadata.managedFields must be nil');
  }
  const live = request.live ?? {};
  const known = readManagers(live);
  const writer = { name: manager, operation: 'Apply', subresource };
  const own = known.find((entry) => sameManager(entry, writer));
  const others = known.filter((entry) => entry !== own);
  const fields = fieldsOf(applied, schema);

  const changes = (path: FieldPath): boolean => !jsonEqual(leafAt(live, schema, path), leafAt(applied, schema, path));
  const disputed = others.map((entry) => filterFields(entry.fields, (path, key) => fields.has(key) && changes(path)));
  const conflicts = request.force ? [] : others.flatMap((entry, index) => conflictTexts(entry, disputed[index]));

  const merged = mergeValues(live, applied, schema);
  const abandoned = filterFields(own?.fields ?? new Map(), (_, key) => !isNamed(key, fields, others));
  const object = isMap(merged) ? removeFields(merged, schema, abandoned) : applied;
  const kept = others.map((entry, index) => ({
    ...entry,
    fields: filterFields(entry.fields, (_, key) => disputed[index]?.has(key) !== true),
  }));
  const updated: Manager = {
    ...writer,
    apiVersion: stringAt(applied, ['apiVersion']),
    time: own !== undefined && sameFields(own.fields, fields) ? own.time : timeText(request.nowMs),
    fields,
  };
  return { object: withManagers(object, [...kept, updated]), conflicts };
}

function conflictTexts(other: Manager, disputed: FieldSet | undefined): string[] {
  const using = `conflict with "${other.name}"${other.subresource === '' ? '' : ` with subresource "${other.subresource}"`}`;
  return [...(disputed ?? new Map()).values()].map((path) => `${using} using ${other.apiVersion}: ${pathText(path)}`);
}

/** Whether somebody still names the field, or something inside it. */
function isNamed(key: string, fields: FieldSet, others: readonly Manager[]): boolean {
  const inside = `${key}\u0000`;
  const names = (set: FieldSet): boolean => set.has(key) || set.keys().some((other) => other.startsWith(inside));
  return names(fields) || others.some((other) => names(other.fields));
}

function sameFields(left: FieldSet, right: FieldSet): boolean {
  return left.size === right.size && left.keys().every((key) => right.has(key));
}

function withManagers(object: JsonMap, managers: readonly Manager[]): JsonMap {
  const metadata = isMap(object['metadata']) ? object['metadata'] : {};
  return { ...object, metadata: { ...metadata, managedFields: encodeManagers(managers) } };
}

function mergeValues(live: Json | undefined, applied: Json, schema: Schema): Json {
  if (isMap(applied) && isMap(live) && childrenOf(applied, schema) !== undefined) {
    const result: JsonMap = { ...live };
    for (const { element, value, schema: member } of childrenOf(applied, schema) ?? []) {
      const name = element.slice('f:'.length);
      result[name] = mergeValues(live[name], value, member);
    }
    return result;
  }
  const wanted = Array.isArray(applied) && Array.isArray(live) ? childrenOf(applied, schema) : undefined;
  if (wanted === undefined || !Array.isArray(live)) return applied;
  const there = childrenOf(live, schema) ?? [];
  const changed = there.map((item) => {
    const match = wanted.find((candidate) => candidate.element === item.element);
    return match === undefined ? item.value : mergeValues(item.value, match.value, match.schema);
  });
  const added = wanted.filter((item) => !there.some((candidate) => candidate.element === item.element));
  return [...changed, ...added.map((item) => item.value)];
}

/** The object without the fields; what is empty because of that goes as well. */
function removeFields(object: JsonMap, schema: Schema, removed: FieldSet): JsonMap {
  if (removed.size === 0) return object;
  const result = without(object, schema, { path: [], removed });
  return isMap(result) ? result : {};
}

interface Removal {
  readonly path: FieldPath;
  readonly removed: FieldSet;
}

function without(value: Json, schema: Schema, { path, removed }: Removal): Json | undefined {
  const key = keyOf(path);
  const children = childrenOf(value, schema);
  if (children === undefined) return removed.has(key) ? undefined : value;
  const isTouched =
    path.length === 0 || removed.has(key) || removed.keys().some((other) => other.startsWith(`${key}\u0000`));
  if (!isTouched) return value;
  const left = children.flatMap((child) => {
    const kept = without(child.value, child.schema, { path: [...path, child.element], removed });
    return kept === undefined ? [] : [{ name: child.element.slice('f:'.length), kept }];
  });
  if (left.length === 0 && path.length > 0) return undefined;
  if (removed.has(key)) return undefined;
  return Array.isArray(value)
    ? left.map(({ kept }) => kept)
    : Object.fromEntries(left.map(({ name, kept }) => [name, kept]));
}
