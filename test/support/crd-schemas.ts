import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { asObject, type JsonObject, readObject, readObjects } from '../../shared/api/json.ts';
import { repositoryRoot } from './source-tree.ts';

const folder = path.join(repositoryRoot, 'charts/herald/files/crds');
export const definitionFiles = readdirSync(folder).sort();

export function readCrd(file: string): JsonObject {
  return asObject(parse(readFileSync(path.join(folder, file), 'utf8')));
}

export function versionOf(crd: JsonObject): JsonObject {
  const versions = readObjects(readObject(crd, 'spec'), 'versions');
  assert.equal(versions.length, 1);
  return versions[0] ?? {};
}

export function schemaOf(crd: JsonObject): JsonObject {
  return readObject(readObject(versionOf(crd), 'schema'), 'openAPIV3Schema');
}

export function properties(schema: JsonObject, ...names: readonly string[]): JsonObject {
  return names.reduce((level, name) => readObject(readObject(level, 'properties'), name), schema);
}

export function fieldNames(schema: JsonObject): readonly string[] {
  return Object.keys(readObject(schema, 'properties')).sort();
}

/** This schema and all below it, each with its path. */
export function* schemasIn(schema: JsonObject, where: string): Generator<[string, JsonObject]> {
  yield [where, schema];
  for (const [name, child] of Object.entries(readObject(schema, 'properties'))) {
    yield* schemasIn(asObject(child), `${where}.${name}`);
  }
  for (const key of ['items', 'additionalProperties']) {
    if (schema[key] !== undefined) yield* schemasIn(readObject(schema, key), `${where}[]`);
  }
}
