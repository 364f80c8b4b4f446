import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { builtin } from './builtin/definition.ts';
import { renderTable } from './table.ts';

const definition = builtin({ group: '', version: 'v1', kind: 'Thing', plural: 'things' });
const object = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', creationTimestamp: '1970-01-01T00:00:00Z' },
  spec: {},
};
const options = { resourceVersion: '7', nowMs: 5000 };

describe('renderTable', () => {
  test('gives columns, and a row per object with its metadata', () => {
    assert.deepEqual(renderTable(definition, [object], { ...options, includeObject: 'Metadata' }), {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      columnDefinitions: [
        {
          name: 'Name',
          type: 'string',
          format: 'name',
          description: 'Name, unique within the namespace and kind.',
          priority: 0,
        },
        { name: 'Age', type: 'string', format: '', description: 'Time since the object was created.', priority: 0 },
      ],
      rows: [
        {
          cells: ['a', '5s'],
          object: {
            kind: 'PartialObjectMetadata',
            apiVersion: 'meta.k8s.io/v1',
            metadata: { name: 'a', creationTimestamp: '1970-01-01T00:00:00Z' },
          },
        },
      ],
    });
  });

  test('carries the whole object, or none, on demand', () => {
    assert.deepEqual(renderTable(definition, [object], { ...options, includeObject: 'Object' })['rows'], [
      { cells: ['a', '5s'], object },
    ]);
    assert.deepEqual(renderTable(definition, [object], { ...options, includeObject: 'None' })['rows'], [
      { cells: ['a', '5s'] },
    ]);
  });
});
