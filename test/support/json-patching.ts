import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../shared/api/json.ts';
import type { Patch } from '../../shared/kube/api-client.ts';

/**
 * Applies a merge patch (RFC 7386), a strategic merge patch (of lists, conditions by `type` alone, and `$patch: delete`) or a
 * JSON patch (RFC 6902: add, replace, remove and test).
 */
export function applyPatch(target: JsonObject, patch: Patch): JsonObject {
  if (patch.type !== 'json') {
    const merged = merge(target, patch.body, patch.type === 'strategic');
    return isJsonObject(merged) ? merged : {};
  }
  let result: JsonValue = target;
  for (const operation of patch.body) {
    if (!isJsonObject(operation)) throw new Error('a JSON patch is a list of objects');
    const path = String(operation['path']).split('/').slice(1).map(unescapeToken);
    result = applyOperation(result, path, operation);
  }
  return isJsonObject(result) ? result : {};
}

function merge(target: JsonValue | undefined, patch: JsonValue, strategic: boolean): JsonValue {
  if (strategic && Array.isArray(patch)) return mergeByType(Array.isArray(target) ? target : [], patch);
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, JsonValue | undefined> = { ...(isJsonObject(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value, strategic);
  }
  return result;
}

function mergeByType(target: readonly JsonValue[], patch: readonly JsonValue[]): readonly JsonValue[] {
  const result = new Map(target.map((entry) => [asObject(entry)['type'], entry]));
  for (const entry of patch) {
    const { type, $patch } = asObject(entry);
    if ($patch === 'delete') result.delete(type);
    else result.set(type, merge(result.get(type), entry, true));
  }
  return [...result.values()];
}

/** RFC 6901 §4. */
function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function applyOperation(target: JsonValue | undefined, path: readonly string[], operation: JsonObject): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return operation['op'] === 'test' ? (target ?? null) : (operation['value'] ?? null);
  if (Array.isArray(target)) return inArray(target, path, operation);
  if (!isJsonObject(target)) throw new Error(`nothing at ${path.join('/')}`);
  if (rest.length > 0) return { ...target, [key]: applyOperation(target[key], rest, operation) };
  if (operation['op'] === 'test') {
    if (JSON.stringify(target[key]) !== JSON.stringify(operation['value'])) throw new Error(`test of ${key} failed`);
    return target;
  }
  const { [key]: previous, ...others } = target;
  if (operation['op'] !== 'add' && previous === undefined) throw new Error(`nothing at ${key}`);
  return operation['op'] === 'remove' ? others : { ...target, [key]: operation['value'] };
}

function inArray(target: readonly JsonValue[], path: readonly string[], operation: JsonObject): JsonValue {
  const [key = '', ...rest] = path;
  const index = key === '-' ? target.length : Number(key);
  if (rest.length > 0) return target.with(index, applyOperation(target[index], rest, operation));
  const value = operation['value'] ?? null;
  switch (operation['op']) {
    case 'add':
      return target.toSpliced(index, 0, value);
    case 'remove':
      return target.toSpliced(index, 1);
    case 'replace':
      return target.with(index, value);
    default:
      return target;
  }
}
