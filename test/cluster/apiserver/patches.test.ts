import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapsAt, stringAt } from './schema/json-value.ts';
import { poolDefinition } from './testing/pool-definition.ts';
import { withServer } from './testing/with-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const services = '/api/v1/namespaces/default/services';

describe('patch', () => {
  test(
    'JSON patch: applied whole or not at all; a failed test is 422',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
      const done = await client.patch(`${configMaps}/a`, 'json', [
        { op: 'test', path: '/data/k', value: 'v' },
        { op: 'replace', path: '/data/k', value: 'w' },
      ]);
      assert.deepEqual([done.code, done.body['data']], [200, { k: 'w' }]);
      const failed = await client.patch(`${configMaps}/a`, 'json', [
        { op: 'replace', path: '/data/k', value: 'x' },
        { op: 'test', path: '/data/k', value: 'v' },
      ]);
      assert.equal(failed.code, 422);
      assert.equal(failed.body['message'], 'the server rejected our request due to an error in our request');
      assert.deepEqual((await client.get(`${configMaps}/a`)).body['data'], { k: 'w' });
      assert.equal((await client.patch(`${configMaps}/a`, 'json', { op: 'test' })).code, 400);
    }),
  );

  test(
    'strategic merge: ports merge by their number, and custom resources refuse it',
    withServer(async (client) => {
      await client.post(services, { metadata: { name: 'a' }, spec: { ports: [{ name: 'a', port: 80 }] } });
      const { body } = await client.patch(`${services}/a`, 'strategic', { spec: { ports: [{ name: 'b', port: 81 }] } });
      assert.deepEqual(
        mapsAt(body, ['spec', 'ports'])
          .map((port) => `${String(port['name'])}:${String(port['port'])}`)
          .sort(),
        ['a:80', 'b:81'],
      );
      await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', poolDefinition);
      const pools = '/apis/example.com/v1/namespaces/default/pools';
      await client.post(pools, { metadata: { name: 'p' }, spec: { size: 1 } });
      const refused = await client.patch(`${pools}/p`, 'strategic', { spec: { size: 2 } });
      assert.equal(refused.code, 415);
    }),
  );

  test(
    'server-side apply: creates, refuses what another manager owns, takes it by force, drops what is left out',
    withServer(async (client) => {
      const object = (data: Record<string, string>) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a' },
        data,
      });
      const path = `${configMaps}/a`;
      const apply = (manager: string, data: Record<string, string>, more = '') =>
        client.patch(`${path}?fieldManager=${manager}${more}`, 'apply', object(data));
      assert.equal((await apply('one', { k: '1', l: '1' })).code, 201);
      const conflict = await apply('two', { k: '2' });
      assert.equal(conflict.code, 409);
      assert.match(
        stringAt(conflict.body, ['message']),
        /^Apply failed with 1 conflict: conflict with "one".*: \.data\.k$/,
      );
      assert.equal((await apply('two', { k: '2' }, '&force=true')).code, 200);
      const dropped = await apply('one', {});
      assert.deepEqual(dropped.body['data'], { k: '2' });
      const nameless = await client.patch(path, 'apply', object({}));
      assert.equal(nameless.code, 422);
      assert.equal(
        nameless.body['message'],
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }),
  );

  test(
    'a later update takes the fields that it changes from an applier',
    withServer(async (client) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: '1' } };
      await client.patch(`${configMaps}/a?fieldManager=one`, 'apply', object);
      await client.patch(`${configMaps}/a?fieldManager=hand`, 'merge', { data: { k: '2' } });
      const again = await client.patch(`${configMaps}/a?fieldManager=one`, 'apply', object);
      assert.equal(again.code, 409);
      assert.match(stringAt(again.body, ['message']), /conflict with "hand" using v1: \.data\.k$/);
    }),
  );

  test(
    'an unknown media type is 415',
    withServer(async (client) => {
      await client.post(configMaps, { metadata: { name: 'a' } });
      const answer = await client.send('PATCH', `${configMaps}/a`, {}, { 'content-type': 'application/json' });
      assert.equal(answer.code, 415);
    }),
  );
});
