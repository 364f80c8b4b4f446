import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import type { JsonMap } from '../resource-definition.ts';
import { definitionsOf } from './crd-definition.ts';
import { validateCrd } from './crd-validation.ts';
import { isMap } from './json-value.ts';
import { prune } from './pruning.ts';

const nowMs = Date.UTC(2026, 0, 1, 0, 5);

const crd: JsonMap = {
  metadata: { name: 'pools.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'pools', kind: 'Pool', shortNames: ['pl'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Addresses', type: 'string', jsonPath: '.spec.addresses' },
          { name: 'Used', type: 'integer', jsonPath: '.status.used', priority: 1 },
          { name: 'Auto', type: 'boolean', jsonPath: '.spec.auto' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
      { name: 'v1alpha1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
      { name: 'v0', served: false, storage: false },
    ],
  },
};

function manifests(): JsonMap[] {
  const folder = join(import.meta.dirname, '../../../../charts/herald/files/crds');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => parse(readFileSync(join(folder, name), 'utf8'))).filter(isMap);
}

describe('definitionsOf', () => {
  const [v1, alpha, ...more] = definitionsOf(crd);

  test('gives one definition per served version', () => {
    assert.deepEqual([v1?.version, alpha?.version, more.length], ['v1', 'v1alpha1', 0]);
    assert.deepEqual(
      [v1?.kind, v1?.listKind, v1?.plural, v1?.singular, v1?.shortNames, v1?.namespaced, v1?.structural],
      ['Pool', 'PoolList', 'pools', 'pool', ['pl'], true, true],
    );
    assert.deepEqual([v1?.statusSubresource, alpha?.statusSubresource], [true, false]);
  });

  test('prints the columns that the version names, the age by now', () => {
    const object: JsonMap = {
      metadata: { name: 'first', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { addresses: ['a', 'b'], auto: false },
      status: { used: 0 },
    };
    assert.deepEqual(
      v1?.columns.map(({ name, priority }) => [name, priority]),
      [
        ['Name', 0],
        ['Addresses', 0],
        ['Used', 1],
        ['Auto', 0],
        ['Age', 0],
      ],
    );
    assert.deepEqual(v1?.cells(object, nowMs), ['first', '["a","b"]', 0, false, '5m']);
  });

  test('leaves the cells of missing values empty', () => {
    assert.deepEqual(v1?.cells({ metadata: { name: 'x' } }, nowMs), ['x', null, null, null, null]);
  });

  test('prints name and age where no columns are named', () => {
    assert.deepEqual(
      alpha?.columns.map(({ name }) => name),
      ['Name', 'Age'],
    );
  });

  test('knows the metadata that every object has', () => {
    const object: JsonMap = {
      apiVersion: 'example.com/v1',
      kind: 'Pool',
      metadata: { name: 'a', labels: { b: 'c' } },
      spam: 1,
    };
    assert.deepEqual(prune(v1?.schema ?? {}, object), ['spam']);
  });
});

describe("the project's own resource definitions", () => {
  const own = manifests();

  test('are there', () => assert.equal(own.length, 9));

  for (const manifest of own) {
    const [definition] = definitionsOf(manifest);
    test(`${definition?.kind} is sane and served`, () => {
      assert.deepEqual(validateCrd(manifest), []);
      assert.equal(definition?.group, 'metallb.io');
    });
  }
});
