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
  if (mergeKey === undefined) {
    return sortBy(unite(target, patch), { order: context.order ?? [...patch], before: target, keyOf: (item) => item });
  }
  if (patch.some((item) => isMap(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isMap(item) && item['$patch'] !== undefined));
  }
  const keyOf = (item: Json): Json | undefined => (isMap(item) ? item[mergeKey] : undefined);
  const merged = mergeByKey(target, patch, { ...context, mergeKey });
  return sortBy(merged, { order: context.order ?? [...patch], before: target, keyOf });
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

interface Order {
  /** `$setElementOrder`, or else the patch itself. */
  readonly order: Json;
  /** The list as it was. */
  readonly before: readonly Json[];
  readonly keyOf: (item: Json) => Json | undefined;
}

/**
 * Items that `order` names come in its order. The others keep theirs, and each comes before the first named item that
 * it stood before; so what is new in the patch comes before them.
 */
function sortBy(list: Json[], { order, before, keyOf }: Order): Json[] {
  if (!Array.isArray(order)) return list;
  const rankIn = (ranked: readonly Json[], item: Json): number =>
    ranked.findIndex((entry) => jsonEqual(keyOf(entry), keyOf(item)));
  const named = list.filter((item) => rankIn(order, item) >= 0).sort((a, b) => rankIn(order, a) - rankIn(order, b));
  const others = list.filter((item) => rankIn(order, item) < 0);
  const result: Json[] = [];
  let next = 0;
  for (const item of named) {
    const rank = rankIn(before, item);
    while (next < others.length && rankIn(before, others[next] ?? null) < rank) result.push(others[next++] ?? null);
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}
