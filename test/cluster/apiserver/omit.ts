import type { JsonMap } from './resource-definition.ts';

/** The object without these keys; the very same object where it has none of them. */
export function omit(object: JsonMap, ...keys: readonly string[]): JsonMap {
  if (!keys.some((key) => key in object)) return object;
  const rest = { ...object };
  for (const key of keys) delete rest[key];
  return rest;
}
