import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from './resource-definition.ts';
import { poolDefinition } from './testing/pool-definition.ts';
import { withServer } from './testing/with-server.ts';

const namespace = '/api/v1/namespaces/default';

const kinds: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'services',
    `${namespace}/services`,
    ['type', 'ports', 'port', 'nodePort', 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'selector'],
  ],
  ['events', `${namespace}/events`, ['involvedObject', 'namespace', 'series', 'eventTime', 'lastTimestamp', 'source']],
  ['leases', '/apis/coordination.k8s.io/v1/namespaces/default/leases', ['renewTime', 'leaseDurationSeconds']],
  [
    'endpointslices',
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    ['addressType', 'endpoints', 'addresses', 'conditions', 'ports', 'port'],
  ],
  ['nodes', '/api/v1/nodes', ['taints', 'conditions', 'addresses', 'unschedulable']],
  ['secrets', `${namespace}/secrets`, ['data', 'stringData', 'type', 'immutable']],
  [
    'customresourcedefinitions',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    ['group', 'names', 'plural', 'kind', 'versions', 'schema', 'openAPIV3Schema', 'properties', 'scope', 'storage'],
  ],
  ['pools', '/apis/example.com/v1/namespaces/default/pools', ['size', 'auto', 'used']],
];

const words = ['a', 'LoadBalancer', 'ExternalName', 'None', '10.96.0.1', 'IPv4', 'IPv6', 'RequireDualStack', '::1', ''];

/** JSON of any shape over the names that matter to the kind. */
function anyJson(keys: readonly string[]): fc.Arbitrary<Json> {
  const names = fc.constantFrom('spec', 'status', 'metadata', 'labels', 'annotations', 'finalizers', 'name', ...keys);
  const leaf = fc.oneof(
    fc.constantFrom(...words),
    fc.integer({ min: -1, max: 70_000 }),
    fc.boolean(),
    fc.constant(null),
  );
  return fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(names, tie('node'), { maxKeys: 4 }),
    ),
  })).node;
}

describe('whatever a client sends is answered, and never by an internal error', () => {
  for (const [plural, path, keys] of kinds) {
    test(
      plural,
      withServer(async (client) => {
        await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', poolDefinition);
        const body = fc.dictionary(fc.constantFrom('spec', 'status', 'data', 'metadata', ...keys), anyJson(keys));
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(body, anyJson(keys), async (object, patch) => {
            const kind = plural === 'pools' ? { apiVersion: 'example.com/v1', kind: 'Pool' } : {};
            const named = { ...object, ...kind, metadata: { name: `n${runs++}` } };
            for (const posted of [{ ...object, ...kind }, named]) {
              const created = await client.post(path, posted);
              assert.notEqual(created.code, 500, JSON.stringify(created.body));
            }
            const name = `${path}/n${runs - 1}`;
            for (const form of ['merge', 'strategic', 'apply'] as const) {
              const patched = await client.patch(`${name}?fieldManager=f&force=true`, form, patch);
              assert.notEqual(patched.code, 500, JSON.stringify(patched.body));
            }
            const table = await client.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
            assert.notEqual(table.code, 500, JSON.stringify(table.body));
            await client.delete(path);
          }),
          { numRuns: 60 },
        );
        assert.ok(runs >= 60);
      }),
    );
  }
});
