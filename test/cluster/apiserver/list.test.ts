import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numberAt, stringAt } from './schema/json-value.ts';
import { type HttpClient, namesOf, resourceVersionOf } from './testing/http-client.ts';
import { withServer } from './testing/with-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

async function make(client: HttpClient, name: string, labels: Record<string, string> = {}) {
  const answer = await client.post(configMaps, { metadata: { name, labels } });
  assert.equal(answer.code, 201);
  return answer.body;
}

async function makeAll(client: HttpClient, ...names: readonly string[]) {
  for (const name of names) await make(client, name);
}

describe('list', () => {
  test(
    'pages with limit and continue, all of one resourceVersion although others write meanwhile',
    withServer(async (client) => {
      await makeAll(client, 'a', 'b', 'c', 'd', 'e');
      const first = await client.get(`${configMaps}?limit=2`);
      await client.delete(`${configMaps}/c`);
      await make(client, 'aa');
      const token = stringAt(first.body, ['metadata', 'continue']);
      const second = await client.get(`${configMaps}?limit=2&continue=${token}`);
      const last = await client.get(
        `${configMaps}?limit=2&continue=${stringAt(second.body, ['metadata', 'continue'])}`,
      );
      assert.deepEqual(
        [namesOf(first.body), namesOf(second.body), namesOf(last.body)],
        [['a', 'b'], ['c', 'd'], ['e']],
      );
      assert.equal(resourceVersionOf(second.body), resourceVersionOf(first.body));
      assert.equal(numberAt(first.body, ['metadata', 'remainingItemCount']), 3);
      assert.equal(stringAt(last.body, ['metadata', 'continue']), '');
    }),
  );

  test(
    'a continue token from before a compaction is 410 Expired',
    withServer(async (client, server) => {
      await makeAll(client, 'a', 'b', 'c');
      const first = await client.get(`${configMaps}?limit=1`);
      await make(client, 'd');
      server.faults.compactHistory();
      const next = await client.get(`${configMaps}?limit=1&continue=${stringAt(first.body, ['metadata', 'continue'])}`);
      assert.equal(next.code, 410);
      assert.equal(next.body['reason'], 'Expired');
    }),
  );

  test(
    'resourceVersion: "0" and a past one give the present, Exact the past, the future is refused',
    withServer(async (client) => {
      const a = resourceVersionOf(await make(client, 'a'));
      await make(client, 'b');
      assert.deepEqual(namesOf((await client.get(`${configMaps}?resourceVersion=0`)).body), ['a', 'b']);
      assert.deepEqual(namesOf((await client.get(`${configMaps}?resourceVersion=${a}`)).body), ['a', 'b']);
      const exact = await client.get(`${configMaps}?resourceVersion=${a}&resourceVersionMatch=Exact`);
      assert.deepEqual(namesOf(exact.body), ['a']);
      assert.equal(resourceVersionOf(exact.body), a);
      const future = await client.get(`${configMaps}?resourceVersion=1000000`);
      assert.equal(future.code, 504);
      assert.match(stringAt(future.body, ['message']), /^Timeout: Too large resource version: 1000000, current: \d+$/);
    }),
  );

  const selections: readonly (readonly [string, string, readonly string[]])[] = [
    ['equality', 'app=web', ['one']],
    ['double equals', 'app==web', ['one']],
    ['inequality matches those without the label too', 'app!=web', ['three', 'two']],
    ['in', 'app in (web, db)', ['one', 'two']],
    ['notin', 'app notin (web)', ['three', 'two']],
    ['exists', 'app', ['one', 'two']],
    ['does not exist', '!app', ['three']],
    ['all of several', 'app in (web,db),tier=back', ['two']],
  ];
  for (const [title, selector, expected] of selections) {
    test(
      `label selector: ${title}`,
      withServer(async (client) => {
        await make(client, 'one', { app: 'web' });
        await make(client, 'two', { app: 'db', tier: 'back' });
        await make(client, 'three');
        const list = await client.get(
          `${configMaps}?labelSelector=${encodeURIComponent(`${selector}`)}&fieldSelector=metadata.name!=kube-root-ca.crt`,
        );
        assert.deepEqual(namesOf(list.body), expected);
      }),
    );
  }

  test(
    'field selectors: by name, by a field of the kind, and an unknown one is refused',
    withServer(async (client) => {
      await makeAll(client, 'a', 'b');
      assert.deepEqual(namesOf((await client.get(`${configMaps}?fieldSelector=metadata.name%3Db`)).body), ['b']);
      const event = (name: string, type: string, regarding: string) => ({
        metadata: { name },
        type,
        involvedObject: { kind: 'Service', namespace: 'default', name: regarding },
      });
      const events = '/api/v1/namespaces/default/events';
      assert.equal((await client.post(events, event('e1', 'Warning', 'x'))).code, 201);
      assert.equal((await client.post(events, event('e2', 'Normal', 'x'))).code, 201);
      assert.equal((await client.post(events, event('e3', 'Normal', 'y'))).code, 201);
      const found = await client.get(`${events}?fieldSelector=involvedObject.name%3Dx,type!%3DWarning`);
      assert.deepEqual(namesOf(found.body), ['e2']);
      const unknown = await client.get(`${configMaps}?fieldSelector=data.x%3D1`);
      assert.equal(unknown.code, 400);
    }),
  );

  test(
    'across namespaces, and as Table or metadata only',
    withServer(async (client) => {
      await client.post('/api/v1/namespaces', { metadata: { name: 'other' } });
      await make(client, 'a');
      await client.post('/api/v1/namespaces/other/configmaps', { metadata: { name: 'b' }, data: { k: 'v' } });
      assert.deepEqual(namesOf((await client.get('/api/v1/configmaps')).body), ['a', 'b']);
      assert.deepEqual(namesOf((await client.get(configMaps)).body), ['a']);
      const partial = await client.get('/api/v1/configmaps', {
        accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      });
      assert.equal(partial.body['kind'], 'PartialObjectMetadataList');
      assert.equal(JSON.stringify(partial.body).includes('"k":"v"'), false);
      const table = await client.get('/api/v1/configmaps', {
        accept:
          'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io',
      });
      assert.equal(table.body['kind'], 'Table');
    }),
  );

  test(
    'unknown paths are 404',
    withServer(async (client) => {
      assert.equal((await client.get('/api/v1/namespaces/default/nosuch')).code, 404);
      assert.equal((await client.get('/apis/no.such/v1/things')).code, 404);
      assert.equal((await client.get('/nosuch')).code, 404);
    }),
  );
});
