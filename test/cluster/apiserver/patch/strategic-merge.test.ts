import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../resource-definition.ts';
import { service } from '../tables/builtin/service.ts';
import { PatchError } from './patch-error.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

const schema = {
  type: 'object',
  properties: {
    ports: {
      type: 'array',
      'x-kubernetes-patch-merge-key': 'port',
      'x-kubernetes-patch-strategy': 'merge',
      items: { type: 'object', properties: { port: { type: 'integer' }, target: { type: 'integer' } } },
    },
    finalizers: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', items: { type: 'string' } },
    cidrs: { type: 'array', items: { type: 'string' } },
    strategy: { type: 'object', 'x-kubernetes-patch-strategy': 'retainKeys' },
    whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const rows: readonly { name: string; target: JsonMap; patch: JsonMap; result: JsonMap }[] = [
  {
    name: 'merges list items by their key, those of the patch before the others',
    target: { ports: [{ port: 80, target: 1, name: 'a' }, { port: 443 }] },
    patch: { ports: [{ port: 80, target: 2 }, { port: 8080 }] },
    result: { ports: [{ port: 80, target: 2, name: 'a' }, { port: 8080 }, { port: 443 }] },
  },
  {
    name: 'deletes a list item by its key',
    target: { ports: [{ port: 80 }, { port: 443 }] },
    patch: { ports: [{ $patch: 'delete', port: 80 }] },
    result: { ports: [{ port: 443 }] },
  },
  {
    name: 'puts a new item first where no order is asked for',
    target: { ports: [{ port: 80 }] },
    patch: { ports: [{ port: 81 }] },
    result: { ports: [{ port: 81 }, { port: 80 }] },
  },
  {
    name: 'replaces a list on demand',
    target: { ports: [{ port: 80 }] },
    patch: { ports: [{ port: 1 }, { $patch: 'replace' }] },
    result: { ports: [{ port: 1 }] },
  },
  {
    name: 'removes a field of a list item by null',
    target: { ports: [{ port: 80, target: 1 }] },
    patch: { ports: [{ port: 80, target: null }] },
    result: { ports: [{ port: 80 }] },
  },
  {
    name: 'orders a list, items it does not name staying before those they stood before',
    target: { ports: [{ port: 1 }, { port: 9 }, { port: 2 }] },
    patch: { '$setElementOrder/ports': [{ port: 2 }, { port: 1 }], ports: [{ port: 1, target: 5 }] },
    result: { ports: [{ port: 9 }, { port: 2 }, { port: 1, target: 5 }] },
  },
  {
    name: 'orders a list that it does not change',
    target: { ports: [{ port: 1 }, { port: 2 }] },
    patch: { '$setElementOrder/ports': [{ port: 2 }, { port: 1 }] },
    result: { ports: [{ port: 2 }, { port: 1 }] },
  },
  {
    name: 'unites primitive lists',
    target: { finalizers: ['a', 'b'] },
    patch: { finalizers: ['b', 'c'] },
    result: { finalizers: ['a', 'b', 'c'] },
  },
  {
    name: 'takes items out of a primitive list',
    target: { finalizers: ['a', 'b', 'c'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['b'], '$setElementOrder/finalizers': ['c', 'a'] },
    result: { finalizers: ['c', 'a'] },
  },
  {
    name: 'replaces a list without merge strategy, whatever order is asked for',
    target: { cidrs: ['a', 'b'] },
    patch: { cidrs: ['c'], '$setElementOrder/cidrs': ['c'] },
    result: { cidrs: ['c'] },
  },
  {
    name: 'keeps only the retained keys',
    target: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    result: { strategy: { type: 'Recreate' } },
  },
  {
    name: 'replaces a map on demand',
    target: { labels: { a: 'b' } },
    patch: { labels: { $patch: 'replace', c: 'd' } },
    result: { labels: { c: 'd' } },
  },
  {
    name: 'empties a map on demand',
    target: { labels: { a: 'b' } },
    patch: { labels: { $patch: 'delete' } },
    result: { labels: {} },
  },
  {
    name: 'replaces a map whose strategy is replace',
    target: { whole: { a: 1 } },
    patch: { whole: { b: 2 } },
    result: { whole: { b: 2 } },
  },
  {
    name: 'merges maps and removes by null, as a merge patch does',
    target: { labels: { a: 'b', c: 'd' } },
    patch: { labels: { a: null, e: 'f' } },
    result: { labels: { c: 'd', e: 'f' } },
  },
  {
    name: 'leaves no directive in what it adds',
    target: {},
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate', gone: null } },
    result: { strategy: { type: 'Recreate' } },
  },
];

describe('applyStrategicMerge', () => {
  for (const { name, target, patch, result } of rows) {
    test(name, () => {
      const before = structuredClone(target);
      assert.deepEqual(applyStrategicMerge(target, patch, schema), result);
      assert.deepEqual(target, before);
    });
  }

  test("merges a Service's ports by port, as the published schema says", () => {
    const target = { spec: { ports: [{ port: 80, nodePort: 30080 }] } };
    const patched = applyStrategicMerge(
      target,
      { spec: { ports: [{ port: 80, targetPort: 'http' }] } },
      service.schema,
    );
    assert.deepEqual(patched, { spec: { ports: [{ port: 80, nodePort: 30080, targetPort: 'http' }] } });
  });

  for (const { name, patch } of [
    { name: 'an unknown directive', patch: { labels: { $patch: 'spam' } } },
    { name: 'a list item without its merge key', patch: { ports: [{ target: 1 }] } },
    { name: 'retained keys that are no list', patch: { strategy: { $retainKeys: 'type' } } },
  ]) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => applyStrategicMerge({ strategy: {}, labels: {} }, patch, schema),
        (error) => error instanceof PatchError && error.code === 'malformed',
      );
    });
  }
});
