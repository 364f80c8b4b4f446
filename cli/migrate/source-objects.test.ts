import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOfText } from './source-objects.ts';

const bare = `peers:
- my-asn: 64500
  peer-asn: 64501
  peer-address: 10.0.0.1
  node-selectors:
  - match-labels:
      kind: edge
`;

const rows = [
  { name: 'JSON on one line', text: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"config"}}' },
  { name: 'a flow of YAML', text: '{apiVersion: v1, kind: ConfigMap, metadata: {name: config}}' },
  { name: 'a List', text: 'kind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: config}\n' },
];

for (const { name, text } of rows) {
  test(`${name} is a manifest`, () => {
    assert.deepEqual(objectsOfText('file', text).objects, [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' } },
    ]);
  });
}

test('the bare text of a ConfigMap is none, whatever labels it names', () => {
  assert.deepEqual(objectsOfText('file', bare).objects, [
    { kind: 'ConfigMap', metadata: { name: 'config' }, data: { config: bare } },
  ]);
});
