import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { mapsAt, stringAt, valueAt } from './schema/json-value.ts';
import { startApiServer } from './server.ts';
import { HttpClient, namesOf, resourceVersionOf } from './testing/http-client.ts';
import { poolDefinition } from './testing/pool-definition.ts';
import { withServer } from './testing/with-server.ts';

const namespaces = '/api/v1/namespaces';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const pools = '/apis/example.com/v1/namespaces/default/pools';
const configMaps = `${namespaces}/default/configmaps`;
const pool = (name: string, spec: { [key: string]: string | number }) => ({
  apiVersion: 'example.com/v1',
  kind: 'Pool',
  metadata: { name },
  spec,
});

describe('namespaces', () => {
  test(
    'the system ones are there, labelled with their name; default may not be deleted',
    withServer(async (client) => {
      const list = await client.get(namespaces);
      assert.deepEqual(namesOf(list.body), ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
      const { body } = await client.get(`${namespaces}/default`);
      assert.equal(stringAt(body, ['metadata', 'labels', 'kubernetes.io/metadata.name']), 'default');
      const refused = await client.delete(`${namespaces}/default`);
      assert.deepEqual(
        [refused.code, refused.body['message']],
        [403, 'namespaces "default" is forbidden: this namespace may not be deleted'],
      );
    }),
  );

  test(
    'deleting one deletes what is in it, and waits for what finalizers hold',
    withServer(async (client) => {
      await client.post(namespaces, { metadata: { name: 'a' } });
      await client.post(`${namespaces}/a/configmaps`, { metadata: { name: 'free' } });
      const held = { metadata: { name: 'held', finalizers: ['x.io/y'] } };
      const created = await client.post(`${namespaces}/a/configmaps`, held);
      const watcher = await client.watch(
        `/api/v1/configmaps?watch=1&resourceVersion=${resourceVersionOf(created.body)}`,
      );
      const gone = await client.watch(`${namespaces}?watch=1&resourceVersion=${resourceVersionOf(created.body)}`);
      const deleted = await client.delete(`${namespaces}/a`);
      assert.equal(stringAt(deleted.body, ['status', 'phase']), 'Terminating');
      assert.deepEqual(await watcher.take(2), ['DELETED free', 'MODIFIED held']);
      const late = await client.post(`${namespaces}/a/configmaps`, { metadata: { name: 'late' } });
      assert.equal(late.code, 403);
      assert.match(stringAt(late.body, ['message']), /unable to create new content in namespace a because it is being/);
      await client.patch(`${namespaces}/a/configmaps/held`, 'merge', { metadata: { finalizers: null } });
      assert.deepEqual(await gone.take(2), ['MODIFIED a', 'DELETED a']);
      watcher.stop();
      gone.stop();
    }),
  );
});

describe('custom resources', () => {
  test(
    'are served as soon as their definition is created, and it becomes Established',
    withServer(async (client) => {
      assert.equal((await client.get(pools)).code, 404);
      const created = await client.post(crds, poolDefinition);
      assert.equal(created.code, 201);
      assert.equal((await client.post(pools, pool('p', { size: 1 }))).code, 201);
      const watcher = await client.watch(`${crds}?watch=1&resourceVersion=${resourceVersionOf(created.body)}`);
      const established = await watcher.next();
      assert.deepEqual(
        mapsAt(established?.object, ['status', 'conditions']).map((condition) => condition['type']),
        ['NamesAccepted', 'Established'],
      );
      watcher.stop();
    }),
  );

  test(
    'are defaulted, validated, and pruned with a warning, or an error where the client is strict',
    withServer(async (client) => {
      await client.post(crds, poolDefinition);
      const created = await client.post(pools, pool('p', { size: 1, extra: 'x' }));
      assert.deepEqual(created.body['spec'], { size: 1, auto: true });
      assert.equal(created.headers.get('warning'), '299 - "unknown field \\"spec.extra\\""');
      const strict = await client.post(`${pools}?fieldValidation=Strict`, pool('q', { size: 1, extra: 'x' }));
      assert.equal(strict.code, 400);
      assert.match(stringAt(strict.body, ['message']), /strict decoding error: unknown field "spec.extra"$/);
      const wrong = await client.post(pools, pool('q', { size: 0 }));
      assert.equal(wrong.code, 422);
      assert.match(
        stringAt(wrong.body, ['message']),
        /^Pool.example.com "q" is invalid: spec.size: Invalid value: 0: spec/,
      );
    }),
  );

  test(
    'go with their definition',
    withServer(async (client) => {
      await client.post(crds, poolDefinition);
      await client.post(pools, pool('p', { size: 1 }));
      await client.delete(`${crds}/pools.example.com`);
      assert.equal((await client.get(pools)).code, 404);
      await client.post(crds, poolDefinition);
      assert.deepEqual(namesOf((await client.get(pools)).body), []);
    }),
  );

  test(
    'need a resourceVersion in a PUT',
    withServer(async (client) => {
      await client.post(crds, poolDefinition);
      await client.post(pools, pool('p', { size: 1 }));
      assert.equal((await client.put(`${pools}/p`, pool('p', { size: 2 }))).code, 422);
    }),
  );
});

describe('events', () => {
  test(
    'are one store under two groups',
    withServer(async (client) => {
      const core = `${namespaces}/default/events`;
      const newer = '/apis/events.k8s.io/v1/namespaces/default/events';
      const created = await client.post(newer, {
        metadata: { name: 'e' },
        regarding: { kind: 'Service', name: 's', namespace: 'default' },
        note: 'hello',
        reason: 'IPAllocated',
        type: 'Normal',
        reportingController: 'herald',
        reportingInstance: 'herald-1',
        action: 'Assign',
        eventTime: '2026-01-02T03:04:05.000000Z',
      });
      assert.equal(created.code, 201, stringAt(created.body, ['message']));
      assert.equal(created.body['note'], 'hello');
      const seen = await client.get(`${core}/e`);
      assert.equal(seen.body['apiVersion'], 'v1');
      assert.equal(seen.body['message'], 'hello');
      assert.equal(stringAt(seen.body, ['involvedObject', 'name']), 's');
      assert.equal(seen.body['reportingComponent'], 'herald');
      await client.patch(`${core}/e`, 'merge', { count: 2 });
      assert.equal((await client.get(`${newer}/e`)).body['deprecatedCount'], 2);
    }),
  );
});

describe('old events', () => {
  test('go an hour after they last happened', async () => {
    const clock = new FakeClock();
    await withServer(
      async (client) => {
        const path = `${namespaces}/default/events`;
        const event = (name: string) => ({ metadata: { name }, involvedObject: { namespace: 'default' } });
        await client.post(path, event('once'));
        await client.post(path, event('again'));
        clock.jumpWall(1_800_000);
        await client.patch(`${path}/again`, 'merge', { lastTimestamp: new Date(clock.wallMs()).toISOString() });
        clock.jumpWall(1_860_000);
        await client.post(path, event('new'));
        assert.deepEqual(namesOf((await client.get(path)).body), ['again', 'new']);
      },
      { clock },
    )();
  });
});

describe('a server with a folder', () => {
  test('goes on after a restart: same objects, same resourceVersions, older watches expired', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'apiserver-'));
    try {
      const first = await startApiServer({ dataFolder });
      const before = new HttpClient(first.url);
      await before.post(crds, poolDefinition);
      await before.post(pools, pool('p', { size: 1 }));
      await before.post(configMaps, { metadata: { name: 'gone' } });
      await before.delete(`${configMaps}/gone`);
      const web = { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } };
      const service = await before.post(`${namespaces}/default/services`, web);
      const list = await before.get(pools);
      await first.close();

      const second = await startApiServer({ dataFolder });
      const after = new HttpClient(second.url);
      const again = await after.get(pools);
      assert.deepEqual(again.body, list.body);
      assert.equal((await after.get(`${configMaps}/gone`)).code, 404);
      const other = await after.post(`${namespaces}/default/services`, { ...web, metadata: { name: 'other' } });
      assert.notEqual(stringAt(other.body, ['spec', 'clusterIP']), stringAt(service.body, ['spec', 'clusterIP']));
      assert.equal(Number(resourceVersionOf(other.body)), Number(resourceVersionOf(service.body)) + 1);
      const stale = await after.watch(`${pools}?watch=1&resourceVersion=1`);
      assert.equal(valueAt((await stale.next())?.object, ['code']), 410);
      const fresh = await after.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(list.body)}`);
      await after.post(configMaps, { metadata: { name: 'new' } });
      assert.deepEqual(await fresh.take(1), ['ADDED new']);
      fresh.stop();
      await second.close();
    } finally {
      rmSync(dataFolder, { recursive: true });
    }
  });
});

describe('access', () => {
  const tokens = new Map([
    ['t1', { name: 'ann' }],
    ['t2', { name: 'bob', denied: ['create services'] }],
  ]);
  const review = (verb: string) => ({ spec: { resourceAttributes: { verb, resource: 'services' } } });
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

  test(
    'with tokens, a request without a known one is 401',
    withServer(
      async (client, server) => {
        assert.equal((await client.get(namespaces)).code, 401);
        const ann = new HttpClient(server.url, { authorization: 'Bearer t1' });
        assert.equal((await ann.get(namespaces)).code, 200);
      },
      { tokens },
    ),
  );

  test(
    'reviews answer by the rules of the token',
    withServer(
      async (_client, server) => {
        const bob = new HttpClient(server.url, { authorization: 'Bearer t2' });
        assert.equal(valueAt((await bob.post(path, review('create'))).body, ['status', 'allowed']), false);
        assert.equal(valueAt((await bob.post(path, review('get'))).body, ['status', 'allowed']), true);
      },
      { tokens },
    ),
  );
});
