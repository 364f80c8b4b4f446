import { readString } from '../../../../shared/api/json.ts';
import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { itemSchema } from '../schema/json-schema.ts';
import { isMap, jsonEqual } from '../schema/json-value.ts';
import { PatchError } from './patch-error.ts';

interface ListContext {
  /** The list's own schema, with its merge key. */
  readonly schema: Schema;
  /** The value of `$setElementOrder` for this list. */
  readonly order: Json | undefined;
  readonly mergeMap: (target: JsonMap, patch: JsonMap, schema: Schema) => JsonMap;
}

/** A list with patch strategy `merge`: primitives unite, maps merge by the list's merge key. Throws PatchError. */
export function mergeList(target: readonly Json[], patch: readonly Json[], context: ListContext): Json[] {
  const mergeKey = readString(context.schema, 'x-kubernetes-patch-merge-key');
  if (mergeKey === undefined) return sortBy(unite(target, patch), context.order, (item) => item);
  if (patch.some((item) => isMap(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isMap(item) && item['$patch'] !== undefined));
  }
  const keyOf = (item: Json): Json | undefined => (isMap(item) ? item[mergeKey] : undefined);
  return sortBy(mergeByKey(target, patch, { ...context, mergeKey }), context.order, keyOf);
}

export function removePrimitives(list: readonly Json[], removed: readonly Json[]): Json[] {
  return list.filter((item) => !removed.some((value) => jsonEqual(item, value)));
}

function unite(target: readonly Json[], patch: readonly Json[]): Json[] {
  const result: Json[] = [];
  for (const item of [...target, ...patch]) if (!result.some((known) => jsonEqual(known, item))) result.push(item);
  return result;
}

function mergeByKey(
  target: readonly Json[],
  patch: readonly Json[],
  { schema, mergeKey, mergeMap }: ListContext & { mergeKey: string },
): Json[] {
  const result = [...target];
  for (const item of patch) {
    if (!isMap(item)) throw new PatchError('malformed', `a list merged by "${mergeKey}" holds an item that is no map`);
    const key = item[mergeKey];
    if (key === undefined) throw new PatchError('malformed', `a list item lacks its merge key "${mergeKey}"`);
    const index = result.findIndex((known) => isMap(known) && jsonEqual(known[mergeKey], key));
    const known = result[index];
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (isMap(known)) result[index] = mergeMap(known, item, itemSchema(schema));
    else result.push(mergeMap({}, item, itemSchema(schema)));
  }
  return result;
}

/**
 * Items that `order` names come in its order; each other item keeps its place behind the item it stood behind.
 */
function sortBy(list: Json[], order: Json | undefined, keyOf: (item: Json) => Json | undefined): Json[] {
  if (!Array.isArray(order)) return list;
  const rankOf = (item: Json): number => order.findIndex((entry) => jsonEqual(keyOf(entry), keyOf(item)));
  const named = list.filter((item) => rankOf(item) >= 0).sort((left, right) => rankOf(left) - rankOf(right));
  const result: Json[] = [...named];
  list.forEach((item, index) => {
    if (rankOf(item) >= 0) return;
    const before = list[index - 1];
    const place = before === undefined ? 0 : result.indexOf(before) + 1;
    result.splice(place, 0, item);
  });
  return result;
}
