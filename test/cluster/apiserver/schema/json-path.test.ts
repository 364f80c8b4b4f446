import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../resource-definition.ts';
import { findByPath, parseJsonPath } from './json-path.ts';

const object: Json = {
  spec: { addresses: ['a', 'b'], ports: [{ port: 80 }, { port: 443 }] },
  metadata: { labels: { 'app.kubernetes.io/name': 'x' }, annotations: { 'a.b': 'y' } },
  status: {
    assignedIPv4: 0,
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Synced', status: 'True' },
    ],
  },
};

const found: readonly (readonly [string, readonly Json[]])[] = [
  ['.spec.addresses', [['a', 'b']]],
  ['.status.assignedIPv4', [0]],
  ['.spec.ports[1].port', [443]],
  ['.spec.ports[-1].port', [443]],
  ['.spec.ports[*].port', [80, 443]],
  ["['metadata'].labels['app.kubernetes.io/name']", ['x']],
  ['.metadata.annotations.a\\.b', ['y']],
  ['.status.conditions[?(@.type=="Synced")].status', ['True']],
  ['.status.conditions[?(@.type == "Ready")].status', ['False']],
  ['.spec.missing.deeper', []],
  ['.spec.ports[9]', []],
];

describe('findByPath', () => {
  for (const [path, values] of found)
    test(`${path} finds ${JSON.stringify(values)}`, () => assert.deepEqual(findByPath(object, path), values));

  for (const path of ['', 'spec', '.spec[', '.spec.ports[?(@.port>80)]', '..port']) {
    test(`"${path}" is no simple path`, () => {
      assert.equal(parseJsonPath(path), undefined);
      assert.deepEqual(findByPath(object, path), []);
    });
  }
});
