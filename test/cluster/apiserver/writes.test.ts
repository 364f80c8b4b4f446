import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from './resource-definition.ts';
import { stringAt, valueAt } from './schema/json-value.ts';
import { namesOf, resourceVersionOf } from './testing/http-client.ts';
import { poolDefinition } from './testing/pool-definition.ts';
import { withServer } from './testing/with-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const nodes = '/api/v1/nodes';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

describe('create', () => {
  test(
    'gives identity: uid, creationTimestamp, resourceVersion, namespace',
    withServer(async (client) => {
      const { code, body } = await client.post(configMaps, { metadata: { name: 'a' } });
      assert.equal(code, 201);
      assert.match(stringAt(body, ['metadata', 'uid']), /^[0-9a-f-]{36}$/);
      assert.match(stringAt(body, ['metadata', 'creationTimestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(stringAt(body, ['metadata', 'namespace']), 'default');
      assert.equal(body['kind'], 'ConfigMap');
    }),
  );

  test(
    'generateName completes the name',
    withServer(async (client) => {
      const { body } = await client.post(configMaps, { metadata: { generateName: 'web-' } });
      assert.match(stringAt(body, ['metadata', 'name']), /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    }),
  );

  test(
    'twice is 409 AlreadyExists',
    withServer(async (client) => {
      await client.post(leases, { metadata: { name: 'a' } });
      const { code, body } = await client.post(leases, { metadata: { name: 'a' } });
      assert.equal(code, 409);
      assert.equal(body['reason'], 'AlreadyExists');
      assert.equal(body['message'], 'leases.coordination.k8s.io "a" already exists');
      assert.deepEqual(body['details'], { name: 'a', group: 'coordination.k8s.io', kind: 'leases' });
    }),
  );

  const refused: readonly (readonly [string, string, JsonMap, number, RegExp])[] = [
    [
      'no name',
      configMaps,
      { metadata: {} },
      422,
      /^ConfigMap "" is invalid: metadata.name: Required value: name or g/,
    ],
    [
      'a bad name',
      configMaps,
      { metadata: { name: 'A_b' } },
      422,
      /metadata.name: Invalid value: "A_b": a lowercase RFC 1/,
    ],
    ['another namespace', configMaps, { metadata: { name: 'a', namespace: 'b' } }, 400, /does not match the namespace/],
    ['another kind', configMaps, { kind: 'Secret', metadata: { name: 'a' } }, 400, /^Secret in version "v1" cannot be/],
    ['a resourceVersion', configMaps, { metadata: { name: 'a', resourceVersion: '1' } }, 400, /should not be set/],
    [
      'a missing namespace',
      '/api/v1/namespaces/no/configmaps',
      { metadata: { name: 'a' } },
      404,
      /namespaces "no" not/,
    ],
    [
      'a bad label',
      configMaps,
      { metadata: { name: 'a', labels: { k: 'a b' } } },
      422,
      /metadata.labels: Invalid value/,
    ],
  ];
  for (const [title, path, object, code, message] of refused) {
    test(
      `is refused with ${title}`,
      withServer(async (client) => {
        const answer = await client.post(path, object);
        assert.equal(answer.code, code);
        assert.match(stringAt(answer.body, ['message']), message);
      }),
    );
  }

  test(
    'takes YAML, and refuses other media types with 415',
    withServer(async (client) => {
      const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata: {a: "1"}\n';
      const taken = await client.send('POST', configMaps, yaml, { 'content-type': 'application/yaml' });
      assert.equal(taken.code, 201);
      assert.deepEqual(taken.body['data'], { a: '1' });
      const binary = await client.send('POST', leases, '{}', { 'content-type': 'application/cbor' });
      assert.equal(binary.code, 415);
    }),
  );

  test(
    'dryRun=All answers and stores nothing',
    withServer(async (client) => {
      assert.equal((await client.post(`${configMaps}?dryRun=All`, { metadata: { name: 'a' } })).code, 201);
      assert.equal((await client.get(`${configMaps}/a`)).code, 404);
    }),
  );
});

describe('update', () => {
  test(
    'of an old resourceVersion is 409 Conflict in the words that clients know',
    withServer(async (client) => {
      const { body } = await client.post(configMaps, { metadata: { name: 'a' } });
      await client.patch(`${configMaps}/a`, 'merge', { data: { k: 'v' } });
      const late = await client.put(`${configMaps}/a`, body);
      assert.equal(late.code, 409);
      assert.equal(late.body['reason'], 'Conflict');
      assert.equal(
        late.body['message'],
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to ' +
          'the latest version and try again',
      );
      const patch = await client.patch(`${configMaps}/a`, 'merge', {
        metadata: { resourceVersion: resourceVersionOf(body) },
      });
      assert.equal(patch.code, 409);
    }),
  );

  test(
    'without resourceVersion overwrites, but not a Lease',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a' }, data: { old: '1' } });
      const replaced = await client.put(`${configMaps}/a`, { metadata: { name: 'a' }, data: { new: '2' } });
      assert.deepEqual([replaced.code, replaced.body['data']], [200, { new: '2' }]);
      await client.post(leases, { metadata: { name: 'a' } });
      const lease = await client.put(`${leases}/a`, { metadata: { name: 'a' } });
      assert.equal(lease.code, 422);
      assert.match(
        stringAt(lease.body, ['message']),
        /metadata.resourceVersion: Invalid value: 0x0: must be specified/,
      );
    }),
  );

  test(
    'that changes nothing keeps the resourceVersion and wakes no watch',
    withServer(async (client) => {
      const { body } = await client.post(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(body)}`);
      const again = await client.put(`${configMaps}/a`, body);
      assert.equal(resourceVersionOf(again.body), resourceVersionOf(body));
      await client.post(configMaps, { metadata: { name: 'b' } });
      assert.deepEqual(await watcher.take(1), ['ADDED b']);
      watcher.stop();
    }),
  );

  test(
    'cannot touch uid, creationTimestamp and name',
    withServer(async (client) => {
      const { body } = await client.post(configMaps, { metadata: { name: 'a' } });
      const uid = stringAt(body, ['metadata', 'uid']);
      const patched = await client.patch(`${configMaps}/a`, 'merge', { metadata: { creationTimestamp: null } });
      assert.equal(
        stringAt(patched.body, ['metadata', 'creationTimestamp']),
        stringAt(body, ['metadata', 'creationTimestamp']),
      );
      const otherUid = await client.patch(`${configMaps}/a`, 'merge', { metadata: { uid: 'x' } });
      assert.equal(otherUid.code, 422);
      assert.match(stringAt(otherUid.body, ['message']), /metadata.uid: Invalid value: "x": field is immutable$/);
      const stale = await client.put(`${configMaps}/a`, { metadata: { name: 'a', uid: 'x' } });
      assert.equal(stale.code, 409);
      assert.match(stringAt(stale.body, ['message']), new RegExp(`UID in object meta: ${uid}$`));
      const otherName = await client.patch(`${configMaps}/a`, 'merge', { metadata: { name: 'b' } });
      assert.equal(otherName.code, 400);
    }),
  );

  test(
    'of what is not there: 404, but a Lease is created',
    withServer(async (client) => {
      assert.equal((await client.put(`${configMaps}/a`, { metadata: { name: 'a' } })).code, 404);
      assert.equal((await client.put(`${leases}/a`, { metadata: { name: 'a' } })).code, 201);
      assert.equal((await client.patch(`${leases}/b`, 'merge', {})).code, 404);
    }),
  );

  test(
    'Lease times are microseconds in six digits, no more and no fewer, as Go parses them',
    withServer(async (client) => {
      const make = (name: string, renewTime: string) =>
        client.post(leases, { metadata: { name }, spec: { renewTime } });
      const { body } = await make('a', '2026-01-02T03:04:05.123456Z');
      assert.equal(stringAt(body, ['spec', 'renewTime']), '2026-01-02T03:04:05.123456Z');
      for (const time of ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123Z', 'now']) {
        const refused = await make('b', time);
        assert.equal(refused.code, 400);
        assert.match(
          stringAt(refused.body, ['message']),
          /^Lease in version "v1" cannot be handled as a Lease: parsing/,
        );
      }
    }),
  );
});

describe('status subresource', () => {
  test(
    'main and status do not touch each other; a Node is created with its status',
    withServer(async (client) => {
      const created = await client.post(nodes, { metadata: { name: 'n' }, status: { nodeInfo: { osImage: 'x' } } });
      assert.equal(stringAt(created.body, ['status', 'nodeInfo', 'osImage']), 'x');
      const main = await client.patch(`${nodes}/n`, 'merge', { spec: { unschedulable: true }, status: { phase: 'x' } });
      assert.equal(valueAt(main.body, ['status', 'phase']), undefined);
      assert.equal(valueAt(main.body, ['spec', 'unschedulable']), true);
      const status = await client.patch(`${nodes}/n/status`, 'merge', {
        spec: { unschedulable: false },
        status: { phase: 'Running' },
      });
      assert.equal(valueAt(status.body, ['spec', 'unschedulable']), true);
      assert.equal(valueAt(status.body, ['status', 'phase']), 'Running');
    }),
  );

  test(
    'a custom resource: status dropped on create, generation counts spec changes only',
    withServer(async (client) => {
      await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', poolDefinition);
      const pools = '/apis/example.com/v1/namespaces/default/pools';
      const created = await client.post(pools, {
        apiVersion: 'example.com/v1',
        kind: 'Pool',
        metadata: { name: 'p' },
        spec: { size: 1 },
        status: { used: 7 },
      });
      assert.equal(created.code, 201);
      assert.equal(valueAt(created.body, ['status']), undefined);
      const status = await client.patch(`${pools}/p/status`, 'merge', {
        metadata: { labels: { a: 'b' } },
        spec: { size: 9 },
        status: { used: 1 },
      });
      assert.equal(valueAt(status.body, ['metadata', 'generation']), 1);
      assert.deepEqual(status.body['spec'], { size: 1, auto: true });
      assert.equal(valueAt(status.body, ['metadata', 'labels']), undefined);
      const spec = await client.patch(`${pools}/p`, 'merge', { spec: { size: 2 }, status: { used: 5 } });
      assert.equal(valueAt(spec.body, ['metadata', 'generation']), 2);
      assert.deepEqual(spec.body['status'], { used: 1 });
      const labels = await client.patch(`${pools}/p`, 'merge', { metadata: { labels: { a: 'b' } } });
      assert.equal(valueAt(labels.body, ['metadata', 'generation']), 2);
    }),
  );
});

describe('deletion', () => {
  test(
    'answers with a Status, for a Service with the object',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a' } });
      const { body } = await client.delete(`${configMaps}/a`);
      assert.equal(body['status'], 'Success');
      assert.equal((await client.get(`${configMaps}/a`)).code, 404);
      assert.equal((await client.delete(`${configMaps}/a`)).code, 404);
    }),
  );

  test(
    'waits for finalizers, takes no new ones, and is done when the last is gone',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
      const marked = await client.delete(`${configMaps}/a`);
      assert.notEqual(stringAt(marked.body, ['metadata', 'deletionTimestamp']), '');
      const more = await client.patch(`${configMaps}/a`, 'merge', { metadata: { finalizers: ['x.io/a', 'x.io/c'] } });
      assert.equal(more.code, 422);
      assert.match(stringAt(more.body, ['message']), /no new finalizers can be added if the object is being deleted/);
      await client.patch(`${configMaps}/a`, 'merge', { metadata: { finalizers: ['x.io/b'] } });
      assert.equal((await client.get(`${configMaps}/a`)).code, 200);
      await client.patch(`${configMaps}/a`, 'merge', { metadata: { finalizers: null } });
      assert.equal((await client.get(`${configMaps}/a`)).code, 404);
    }),
  );

  test(
    'heeds preconditions',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a' } });
      const wrong = await client.delete(`${configMaps}/a`, { preconditions: { uid: 'other' } });
      assert.equal(wrong.code, 409);
      assert.equal((await client.get(`${configMaps}/a`)).code, 200);
    }),
  );

  test(
    'of a collection takes what the selector matches',
    withServer(async (client) => {
      for (const [name, app] of [
        ['a', 'x'],
        ['b', 'y'],
        ['c', 'x'],
      ] as const) {
        await client.post(configMaps, { metadata: { name, labels: { app } } });
      }
      const deleted = await client.delete(`${configMaps}?labelSelector=app%3Dx`);
      assert.deepEqual(namesOf(deleted.body), ['a', 'c']);
      assert.deepEqual(namesOf((await client.get(configMaps)).body), ['b']);
    }),
  );
});
