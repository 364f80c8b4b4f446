import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../resource-definition.ts';
import { prune } from './pruning.ts';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        addresses: { type: 'array', items: { type: 'string' } },
        peers: { type: 'array', items: { type: 'object', properties: { address: { type: 'string' } } } },
        byName: { type: 'object', additionalProperties: { type: 'object', properties: { on: { type: 'boolean' } } } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { inner: { type: 'object', properties: { a: { type: 'string' } } } },
        },
        embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} },
      },
    },
  },
};

const rows: readonly { name: string; given: JsonMap; kept: JsonMap; pruned: readonly string[] }[] = [
  {
    name: 'removes what the schema does not name, and says where',
    given: { spec: { addresses: ['a'], adresses: ['b'], peers: [{}, { addres: 'c' }] }, spam: {} },
    kept: { spec: { addresses: ['a'], peers: [{}, {}] } },
    pruned: ['spec.adresses', 'spec.peers[1].addres', 'spam'],
  },
  {
    name: 'goes into free maps',
    given: { spec: { byName: { a: { on: true, off: false } } } },
    kept: { spec: { byName: { a: { on: true } } } },
    pruned: ['spec.byName.a.off'],
  },
  {
    name: 'keeps unknown fields where it is told to, but not inside what the schema names there',
    given: { spec: { open: { any: { thing: 1 }, inner: { a: 'x', b: 'y' } } } },
    kept: { spec: { open: { any: { thing: 1 }, inner: { a: 'x' } } } },
    pruned: ['spec.open.inner.b'],
  },
  {
    name: 'keeps the identity of an embedded object',
    given: { spec: { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, data: 1 } } },
    kept: { spec: { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } } } },
    pruned: ['spec.embedded.data'],
  },
];

describe('prune', () => {
  for (const { name, given, kept, pruned } of rows) {
    test(name, () => {
      assert.deepEqual(prune(schema, given), pruned);
      assert.deepEqual(given, kept);
    });
  }
});
