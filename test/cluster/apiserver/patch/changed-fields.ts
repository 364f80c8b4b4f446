import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { jsonEqual } from '../schema/json-value.ts';
import { type Child, childrenOf, type FieldPath } from './field-path.ts';
import { collect, type FieldSet, filterFields, isOwned, isUnowned, keyOf } from './field-set.ts';

export interface ChangedFields {
  /** Fields that are new or have another value. */
  readonly set: FieldSet;
  readonly gone: FieldSet;
}

/** The fields in which two objects differ. What both share (by reference) costs nothing. */
export function changedFields(before: JsonMap, after: JsonMap, schema: Schema): ChangedFields {
  const set = new Map<string, FieldPath>();
  const gone = new Map<string, FieldPath>();
  compare({ before: at(before, schema), after: at(after, schema), path: [], set, gone });
  return { set, gone: filterFields(gone, (_, key) => !set.has(key)) };
}

interface Place {
  readonly value: Json;
  readonly schema: Schema;
}

interface Comparison {
  readonly before: Place | undefined;
  readonly after: Place | undefined;
  readonly path: FieldPath;
  readonly set: Map<string, FieldPath>;
  readonly gone: Map<string, FieldPath>;
}

function at(value: Json, schema: Schema): Place {
  return { value, schema };
}

function compare(comparison: Comparison): void {
  const { before, after, path } = comparison;
  if (before?.value === after?.value || isUnowned(path)) return;
  const old = before === undefined ? undefined : childrenOf(before.value, before.schema);
  const now = after === undefined ? undefined : childrenOf(after.value, after.schema);
  if (old !== undefined && now !== undefined) compareChildren(comparison, old, now);
  else if (!jsonEqual(before?.value, after?.value)) replaceAll(comparison);
}

function replaceAll({ before, after, path, set, gone }: Comparison): void {
  if (before !== undefined) collect({ ...before, path, fields: gone });
  if (after !== undefined) collect({ ...after, path, fields: set });
}

function compareChildren({ path, set, gone }: Comparison, old: readonly Child[], now: readonly Child[]): void {
  const [wasOwned, isOwnedNow] = [isOwned(path, old), isOwned(path, now)];
  if (isOwnedNow && !wasOwned) set.set(keyOf(path), path);
  if (wasOwned && !isOwnedNow) gone.set(keyOf(path), path);
  const oldByElement = byElement(old);
  const nowByElement = byElement(now);
  for (const element of new Set([...oldByElement.keys(), ...nowByElement.keys()])) {
    const pair = { before: oldByElement.get(element), after: nowByElement.get(element) };
    compare({ ...pair, path: [...path, element], set, gone });
  }
}

/** BOUNDED: by the children of one value. */
function byElement(children: readonly Child[]): ReadonlyMap<string, Child> {
  return new Map(children.map((child) => [child.element, child]));
}
