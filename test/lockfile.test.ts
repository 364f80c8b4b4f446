import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { asObject, readObject } from '../shared/api/json.ts';
import { repositoryRoot } from './support/source-tree.ts';

const lock = asObject(JSON.parse(readFileSync(path.join(repositoryRoot, 'package-lock.json'), 'utf8')));
const packages = readObject(lock, 'packages');

/** Where Node looks for a package: beside the one that asks, then further up. */
function isLocked(name: string, from: string): boolean {
  const folder = from === '' ? '' : `${from}/`;
  if (packages[`${folder}node_modules/${name}`] !== undefined) return true;
  if (from === '') return false;
  const parent = from.lastIndexOf('/node_modules/');
  return isLocked(name, parent === -1 ? '' : from.slice(0, parent));
}

// npm install leaves out what the registry did not have for other platforms, and npm ci then refuses the lockfile.
test('the lockfile has every package that one of its packages asks for, also those of other platforms', () => {
  const asked = Object.keys(packages).flatMap((from) => {
    const entry = readObject(packages, from);
    const names = ['dependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(readObject(entry, kind)));
    return names.map((name) => ({ name, from }));
  });
  assert.ok(asked.length >= 100, `${asked.length} dependencies`);
  assert.deepEqual(
    asked.filter(({ name, from }) => !isLocked(name, from)).map(({ name, from }) => `${from} asks for ${name}`),
    [],
  );
});
