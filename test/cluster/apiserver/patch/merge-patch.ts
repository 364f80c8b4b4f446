import type { Json, JsonMap } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';

/** The document after a JSON merge patch (RFC 7386 §2): null removes, maps merge, all else replaces. */
export function applyMergePatch(target: Json, patch: Json): Json {
  if (!isMap(patch)) return structuredClone(patch);
  const result: JsonMap = isMap(target) ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key] ?? null, value);
  }
  return result;
}
