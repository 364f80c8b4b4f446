/**
 * Readers for JSON that came over the wire. A field of the wrong type reads as absent: the API server has validated
 * its own kinds, and what a custom resource got wrong is reported by `shared/config` as a finding.
 */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

const empty: JsonObject = Object.freeze({});

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : empty;
}

export function readObject(object: JsonObject, key: string): JsonObject {
  return asObject(object[key]);
}

export function readString(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

/** '' where there is none. */
export function readText(object: JsonObject, key: string): string {
  return readString(object, key) ?? '';
}

export function readNumber(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === 'number' ? value : undefined;
}

export function readBoolean(object: JsonObject, key: string): boolean | undefined {
  const value = object[key];
  return typeof value === 'boolean' ? value : undefined;
}

export function readArray(object: JsonObject, key: string): readonly JsonValue[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

export function readObjects(object: JsonObject, key: string): readonly JsonObject[] {
  return readArray(object, key).filter(isJsonObject);
}

export function readStrings(object: JsonObject, key: string): readonly string[] {
  return readArray(object, key).filter((value) => typeof value === 'string');
}

export function readStringMap(object: JsonObject, key: string): Readonly<Record<string, string>> {
  const source = readObject(object, key);
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (typeof value === 'string') result[name] = value;
  }
  return result;
}
