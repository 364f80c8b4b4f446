import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonMap } from '../resource-definition.ts';
import { changedFields } from './changed-fields.ts';
import { pathText } from './field-path.ts';
import { decodeFieldsV1, encodeFieldsV1, fieldsOf } from './field-set.ts';

const schema = {
  type: 'object',
  properties: {
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port'],
      items: { type: 'object' },
    },
    names: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    selector: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
  },
};

const rows: readonly { name: string; object: JsonMap; fieldsV1: JsonMap; paths: readonly string[] }[] = [
  {
    name: 'leaves, atomic lists and atomic maps count as one field',
    object: { a: { b: 1, c: [1, 2] }, selector: { x: 'y' } },
    fieldsV1: { 'f:a': { 'f:b': {}, 'f:c': {} }, 'f:selector': {} },
    paths: ['.a.b', '.a.c', '.selector'],
  },
  {
    name: 'items of list maps and sets count, with what is in them',
    object: { ports: [{ port: 80, name: 'http' }, { port: 443 }], names: ['b', 'a'] },
    fieldsV1: {
      'f:names': { 'v:"a"': {}, 'v:"b"': {} },
      'f:ports': {
        'k:{"port":443}': { '.': {}, 'f:port': {} },
        'k:{"port":80}': { '.': {}, 'f:name': {}, 'f:port': {} },
      },
    },
    paths: [
      '.names[="a"]',
      '.names[="b"]',
      '.ports[port=443]',
      '.ports[port=443].port',
      '.ports[port=80]',
      '.ports[port=80].name',
      '.ports[port=80].port',
    ],
  },
  {
    name: 'empty maps count, identity and bookkeeping do not',
    object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', uid: 'u', labels: {} }, spec: {} },
    fieldsV1: { 'f:metadata': { 'f:labels': {} }, 'f:spec': {} },
    paths: ['.metadata.labels', '.spec'],
  },
  {
    name: 'names are taken as they are, dots included',
    object: { metadata: { annotations: { 'a.b/c': 'd', '.': 'e' } } },
    fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:.': {}, 'f:a.b/c': {} } } },
    paths: ['.metadata.annotations..', '.metadata.annotations.a.b/c'],
  },
];

const { map: objects } = fc.letrec<{ value: JsonMap[string]; map: JsonMap }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer({ max: 3 }), fc.array(fc.integer(), { maxLength: 2 }), tie('map')),
  map: fc.dictionary(fc.constantFrom('a', 'b', '.', 'names', 'selector'), tie('value'), { noNullPrototype: true }),
}));

describe('field sets', () => {
  for (const { name, object, fieldsV1, paths } of rows) {
    test(name, () => {
      const fields = fieldsOf(object, schema);
      assert.deepEqual(encodeFieldsV1(fields), fieldsV1);
      assert.deepEqual([...decodeFieldsV1(fieldsV1).values()].map(pathText).sort(), [...paths].sort());
    });
  }

  test('a set survives its wire form', () => {
    fc.assert(
      fc.property(objects, (object) => {
        const fields = fieldsOf(object, schema);
        assert.deepEqual(new Set(decodeFieldsV1(encodeFieldsV1(fields)).keys()), new Set(fields.keys()));
      }),
    );
  });

  test('the changes from one object to another lead from the one set to the other', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const { set, gone } = changedFields(before, after, schema);
        const reached = new Set(fieldsOf(before, schema).keys());
        for (const key of gone.keys()) assert.ok(reached.delete(key), `${key} went, but was not there`);
        for (const key of set.keys()) reached.add(key);
        assert.deepEqual(reached, new Set(fieldsOf(after, schema).keys()));
      }),
    );
  });

  test('an object has not changed against a copy of itself', () => {
    fc.assert(
      fc.property(objects, (object) => {
        const { set, gone } = changedFields(object, structuredClone(object), schema);
        assert.deepEqual([set.size, gone.size], [0, 0]);
      }),
    );
  });
});
