import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { definitionsOf } from '../schema/crd-definition.ts';
import { isMap, listAt, mapAt, mapsAt, stringAt, valueAt } from '../schema/json-value.ts';
import { builtinDefinitions } from '../tables/builtin-definitions.ts';
import { openApiAt } from './openapi-path.ts';

const openAPIV3Schema = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { size: { type: 'integer', nullable: true } } } },
};
const custom = definitionsOf({
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'pools', kind: 'Pool' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
  },
});
const definitions: readonly ResourceDefinition[] = [...builtinDefinitions, ...custom];

function document(path: string): JsonMap {
  const found = openApiAt(definitions, path, 'application/json');
  assert.ok(isMap(found), path);
  return found;
}

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isMap(value)) return [];
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

describe('OpenAPI v3', () => {
  test('the index leads to every group and version', () => {
    const paths = mapAt(document('/openapi/v3'), ['paths']);
    assert.deepEqual(Object.keys(paths).sort(), [
      'api/v1',
      'apis/apiextensions.k8s.io/v1',
      'apis/apps/v1',
      'apis/authorization.k8s.io/v1',
      'apis/coordination.k8s.io/v1',
      'apis/discovery.k8s.io/v1',
      'apis/events.k8s.io/v1',
      'apis/example.com/v1',
      'apis/networking.k8s.io/v1',
      'apis/policy/v1',
      'apis/rbac.authorization.k8s.io/v1',
    ]);
    for (const [path, entry] of Object.entries(paths)) {
      assert.match(stringAt(entry, ['serverRelativeURL']), new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{64}$`));
      const target = document(`/openapi/v3/${path}`);
      const names = new Set(
        Object.keys(mapAt(target, ['components', 'schemas'])).map((name) => `#/components/schemas/${name}`),
      );
      for (const reference of references(target)) assert.ok(names.has(reference), reference);
    }
  });

  test("the hash changes with a definition's schema, and only then", () => {
    const hash = (given: readonly ResourceDefinition[]) => {
      const index = openApiAt(given, '/openapi/v3', '*/*');
      return isMap(index) ? stringAt(index, ['paths', 'apis/example.com/v1', 'serverRelativeURL']) : '';
    };
    const changed = custom.map((definition) => ({ ...definition, schema: { type: 'object', description: 'new' } }));
    assert.equal(hash(definitions), hash([...definitions]));
    assert.notEqual(hash(definitions), hash(changed));
  });

  test('a patch says which parameters and which forms it takes', () => {
    const patch = (path: string, place: string) => mapAt(document(path), ['paths', place, 'patch']);
    const service = patch('/openapi/v3/api/v1', '/api/v1/namespaces/{namespace}/services/{name}');
    assert.deepEqual(valueAt(service, ['x-kubernetes-group-version-kind']), {
      group: '',
      version: 'v1',
      kind: 'Service',
    });
    assert.deepEqual(
      mapsAt(service, ['parameters']).map(({ name }) => name),
      ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
    );
    assert.ok('application/strategic-merge-patch+json' in mapAt(service, ['requestBody', 'content']));
    const pool = patch('/openapi/v3/apis/example.com/v1', '/apis/example.com/v1/namespaces/{namespace}/pools/{name}');
    assert.ok(!('application/strategic-merge-patch+json' in mapAt(pool, ['requestBody', 'content'])));
  });

  test('the merge keys of a Service stand where kubectl looks for them', () => {
    const ports = ['components', 'schemas', 'io.k8s.api.core.v1.ServiceSpec', 'properties', 'ports'];
    const found = mapAt(document('/openapi/v3/api/v1'), ports);
    assert.equal(found['x-kubernetes-patch-merge-key'], 'port');
    assert.equal(found['x-kubernetes-patch-strategy'], 'merge');
    assert.deepEqual(found['x-kubernetes-list-map-keys'], ['port', 'protocol']);
  });
});

describe('OpenAPI v2', () => {
  const v2 = document('/openapi/v2');

  test('all kinds are in one document, and every reference leads somewhere', () => {
    const names = new Set(Object.keys(mapAt(v2, ['definitions'])).map((name) => `#/definitions/${name}`));
    assert.ok(names.has('#/definitions/com.example.v1.Pool'));
    assert.ok(names.has('#/definitions/io.k8s.api.core.v1.Service'));
    for (const reference of references(v2)) assert.ok(names.has(reference), reference);
  });

  test('keywords that only v3 has are left out', () => {
    const size = mapAt(v2, ['definitions', 'com.example.v1.Pool', 'properties', 'spec', 'properties', 'size']);
    assert.deepEqual(size, { type: 'integer' });
    const path = ['paths', '/apis/example.com/v1/namespaces/{namespace}/pools/{name}', 'patch', 'consumes'];
    assert.deepEqual(listAt(v2, path), [
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/apply-patch+yaml',
    ]);
  });
});

describe('openApiAt', () => {
  test('protobuf alone is not acceptable, so that kubectl goes without', () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    assert.equal(openApiAt(definitions, '/openapi/v2', accept), 'notAcceptable');
  });

  for (const path of ['/openapi', '/openapi/v4', '/openapi/v3/apis/nothing/v1', '/openapi/v3/api', '/version']) {
    test(`${path} has no document`, () => assert.equal(openApiAt(definitions, path, '*/*'), undefined));
  }
});
