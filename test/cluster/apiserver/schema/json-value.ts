import type { Json, JsonMap } from '../resource-definition.ts';

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality of JSON values; the order of a map's keys means nothing (RFC 6902 §4.6). */
export function jsonEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => jsonEqual(item, right[index]))
    );
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && jsonEqual(left[key], right[key]))
  );
}

/** The value under `path`, or undefined where the path leaves the maps. */
export function valueAt(root: Json | undefined, path: readonly string[]): Json | undefined {
  let value = root;
  for (const key of path) {
    if (!isMap(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function stringAt(root: Json | undefined, path: readonly string[]): string {
  const value = valueAt(root, path);
  return typeof value === 'string' ? value : '';
}

export function numberAt(root: Json | undefined, path: readonly string[]): number | undefined {
  const value = valueAt(root, path);
  return typeof value === 'number' ? value : undefined;
}

export function listAt(root: Json | undefined, path: readonly string[]): readonly Json[] {
  const value = valueAt(root, path);
  return Array.isArray(value) ? value : [];
}

export function mapsAt(root: Json | undefined, path: readonly string[]): readonly JsonMap[] {
  return listAt(root, path).filter(isMap);
}

export function textsAt(root: Json | undefined, path: readonly string[]): readonly string[] {
  return listAt(root, path).filter((value) => typeof value === 'string');
}

export function mapAt(root: Json | undefined, path: readonly string[]): JsonMap {
  const value = valueAt(root, path);
  return isMap(value) ? value : {};
}

/** JSON with sorted keys: equal values give equal text, so it serves as a map key. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** A copy of something that is JSON but for fields that are undefined, which go. */
export function jsonOf(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}
