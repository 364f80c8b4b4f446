import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withServer } from './testing/with-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('faults', () => {
  test(
    'every second write fails with 429 and says when to come back, reads do not',
    withServer(async (client, server) => {
      server.faults.failWrites({ fault: 429, fraction: 0.5, retryAfterSeconds: 3 });
      const codes: number[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        const answer = await client.post(configMaps, { metadata: { name } });
        codes.push(answer.code);
        if (answer.code === 429) assert.equal(answer.headers.get('retry-after'), '3');
      }
      assert.deepEqual(codes, [201, 429, 201, 429]);
      assert.equal((await client.get(`${configMaps}/a`)).code, 200);
      server.faults.failWrites(undefined);
      assert.equal((await client.post(configMaps, { metadata: { name: 'b' } })).code, 201);
    }),
  );

  test(
    'a write whose answer alone is lost has happened',
    withServer(async (client, server) => {
      server.faults.failWrites({ fault: 'cut', fraction: 1, after: true, plural: 'configmaps' });
      await assert.rejects(client.post(configMaps, { metadata: { name: 'a' } }));
      assert.equal((await client.get(`${configMaps}/a`)).code, 200);
    }),
  );

  test(
    'cut watches break, and a new one goes on',
    withServer(async (client, server) => {
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=0`);
      server.faults.cutWatches();
      await assert.rejects(watcher.next());
      await client.post(configMaps, { metadata: { name: 'a' } });
      const next = await client.watch(`${configMaps}?watch=1&resourceVersion=0`);
      assert.deepEqual(await next.take(1), ['ADDED a']);
      next.stop();
    }),
  );

  test(
    'paused: requests hang until their client gives up; resumed: new ones are answered',
    withServer(async (client, server) => {
      server.faults.pause();
      const hanging = fetch(server.url + configMaps, { signal: AbortSignal.timeout(50) });
      await assert.rejects(hanging, { name: 'TimeoutError' });
      server.faults.resume();
      assert.equal((await client.get(configMaps)).code, 200);
    }),
  );

  test(
    'what is restored is there as it was, whatever the rules say, and watches tell of it',
    withServer(async (client) => {
      const services = '/api/v1/namespaces/default/services';
      const watch = await client.watch(`${services}?watch=1&fieldSelector=metadata.name%3Dold`);
      const spec = { type: 'LoadBalancer', ipFamilyPolicy: 'RequireDualStack', clusterIPs: ['10.96.0.77'] };
      const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'old', namespace: 'default' }, spec };
      await client.post('/herald/faults', { action: 'restore', collection: '/services', object });
      assert.deepEqual(await watch.take(1), ['ADDED old']);
      watch.stop();
    }),
  );

  test(
    'are switched over HTTP too',
    withServer(async (client) => {
      await client.post('/herald/faults', { action: 'failWrites', faults: { fault: 500, fraction: 1 } });
      assert.equal((await client.post(configMaps, { metadata: { name: 'a' } })).code, 500);
      await client.post('/herald/faults', { action: 'failWrites' });
      assert.equal((await client.post(configMaps, { metadata: { name: 'a' } })).code, 201);
      assert.equal((await client.post('/herald/faults', { action: 'dance' })).code, 400);
    }),
  );
});
