import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../resource-definition.ts';
import { listAt, mapsAt, stringAt } from '../schema/json-value.ts';
import { service } from '../tables/builtin/service.ts';
import { serverSideApply } from './apply.ts';
import { trackUpdate } from './managed-fields.ts';
import { PatchError } from './patch-error.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

function apply(live: JsonMap | undefined, applied: JsonMap, manager = 'me', force = false) {
  return serverSideApply({ live, applied, manager, force, schema: service.schema, nowMs });
}

function made(spec: JsonMap, labels?: JsonMap): JsonMap {
  const metadata: JsonMap = labels === undefined ? { name: 'web' } : { name: 'web', labels };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

function managersOf(object: JsonMap): string[] {
  return mapsAt(object, ['metadata', 'managedFields']).map((entry) => stringAt(entry, ['manager']));
}

describe('serverSideApply', () => {
  test('creates the object and writes down who owns which field', () => {
    const { object, conflicts } = apply(undefined, made({ ports: [{ port: 80, name: 'http' }] }, { app: 'web' }));
    assert.deepEqual(conflicts, []);
    assert.deepEqual(object, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'web',
        labels: { app: 'web' },
        managedFields: [
          {
            manager: 'me',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-02T03:04:05Z',
            fieldsType: 'FieldsV1',
            fieldsV1: {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': {
                'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } },
              },
            },
          },
        ],
      },
      spec: { ports: [{ port: 80, name: 'http' }] },
    });
  });

  test('drops what the manager no longer names, and keeps what the server filled in', () => {
    const { object } = apply(
      undefined,
      made({ type: 'LoadBalancer', externalName: 'x', ports: [{ port: 80 }, { port: 443 }] }),
    );
    const live = {
      ...object,
      spec: {
        type: 'LoadBalancer',
        externalName: 'x',
        clusterIP: '10.96.0.9',
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 443, nodePort: 30443, protocol: 'TCP' },
        ],
      },
    };
    const next = apply(live, made({ type: 'LoadBalancer', ports: [{ port: 80 }] }));
    assert.deepEqual(next.object['spec'], {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.9',
      ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }],
    });
  });

  test('removes an empty map with its last owned field', () => {
    const { object } = apply(undefined, made({ selector: { app: 'web' }, type: 'ClusterIP' }));
    const next = apply(object, made({ type: 'ClusterIP' }));
    assert.deepEqual(next.object['spec'], { type: 'ClusterIP' });
  });

  test('another value for what somebody else owns is a conflict, one text per field', () => {
    const { object } = apply(undefined, made({ type: 'LoadBalancer', ports: [{ port: 80, name: 'a' }] }), 'first');
    const { conflicts } = apply(object, made({ type: 'NodePort', ports: [{ port: 80, name: 'b' }] }), 'second');
    assert.deepEqual(conflicts, [
      'conflict with "first" using v1: .spec.ports[port=80,protocol="TCP"].name',
      'conflict with "first" using v1: .spec.type',
    ]);
  });

  test('the same value is shared, and stays while one of the owners names it', () => {
    const { object } = apply(undefined, made({ type: 'LoadBalancer' }), 'first');
    const shared = apply(object, made({ type: 'LoadBalancer', externalName: 'x' }), 'second');
    assert.deepEqual(shared.conflicts, []);
    const left = apply(shared.object, made({ externalName: 'x' }), 'second');
    assert.equal(stringAt(left.object, ['spec', 'type']), 'LoadBalancer');
    assert.deepEqual(managersOf(left.object), ['first', 'second']);
  });

  test('force takes the field over', () => {
    const { object } = apply(undefined, made({ type: 'LoadBalancer' }), 'first');
    const forced = apply(object, made({ type: 'NodePort' }), 'second', true);
    assert.deepEqual(forced.conflicts, []);
    assert.equal(stringAt(forced.object, ['spec', 'type']), 'NodePort');
    assert.deepEqual(managersOf(forced.object), ['second']);
  });

  test('an atomic list is replaced as a whole, a set is united', () => {
    const spec = { ipFamilies: ['IPv4'], loadBalancerSourceRanges: ['10.0.0.0/8'] };
    const { object } = apply(undefined, { ...made(spec), metadata: { name: 'web', finalizers: ['a'] } }, 'first');
    const wanted = { ...made({ ipFamilies: ['IPv6'] }), metadata: { name: 'web', finalizers: ['b'] } };
    const next = apply(object, wanted, 'second', true);
    assert.deepEqual(listAt(next.object, ['spec', 'ipFamilies']), ['IPv6']);
    assert.deepEqual(listAt(next.object, ['metadata', 'finalizers']), ['a', 'b']);
  });

  test('the same apply again changes nothing, not even the time', () => {
    const wanted = made({ type: 'LoadBalancer', ports: [{ port: 80 }] }, { app: 'web' });
    const { object } = apply(undefined, wanted);
    const again = serverSideApply({
      live: object,
      applied: wanted,
      manager: 'me',
      force: false,
      schema: service.schema,
      nowMs: nowMs + 60_000,
    });
    assert.deepEqual(again.object, object);
  });

  test('managedFields may not be applied', () => {
    const wanted = { ...made({}), metadata: { name: 'web', managedFields: [] } };
    assert.throws(() => apply(undefined, wanted), PatchError);
  });
});

describe('trackUpdate', () => {
  const track = (before: JsonMap | undefined, after: JsonMap, manager: string) =>
    trackUpdate({ before, after, manager, subresource: '', schema: service.schema, nowMs });

  test('an update takes over what it changes, and an apply then conflicts with it', () => {
    const { object } = apply(undefined, made({ type: 'LoadBalancer', externalName: 'x' }), 'first');
    const edited = { ...object, spec: { type: 'NodePort', externalName: 'x' } };
    const managedFields = track(object, edited, 'editor');
    const live = { ...edited, metadata: { name: 'web', managedFields } };
    assert.deepEqual(managersOf(live), ['first', 'editor']);
    const { conflicts } = apply(live, made({ type: 'LoadBalancer', externalName: 'x' }), 'first');
    assert.deepEqual(conflicts, ['conflict with "editor" using v1: .spec.type']);
  });

  test('what is removed has no owner any more', () => {
    const before = { ...made({ type: 'NodePort' }), metadata: { name: 'web' } };
    const created = { ...before, metadata: { name: 'web', managedFields: track(undefined, before, 'maker') } };
    const after = { ...created, spec: {} };
    assert.deepEqual(track(created, after, 'editor').length, 1);
    assert.deepEqual(
      mapsAt({ list: track(created, after, 'editor') }, ['list']).map((entry) => entry['fieldsV1']),
      [{ 'f:spec': {} }],
    );
  });
});
