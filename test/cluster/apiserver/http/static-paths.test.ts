import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withServer } from '../testing/with-server.ts';

describe('paths that are no resources', () => {
  test(
    'the version says what the server is',
    withServer(async (client) => {
      const { body } = await client.get('/version');
      assert.deepEqual([body['major'], body['minor'], body['gitVersion']], ['1', '32', 'v1.32.0-herald-standin']);
    }),
  );

  test(
    'health is ok',
    withServer(async (client) => {
      for (const path of ['/healthz', '/readyz', '/livez', '/livez/ping']) {
        const { code, body } = await client.get(path);
        assert.deepEqual([code, body], [200, { text: 'ok' }]);
      }
    }),
  );

  test(
    'OpenAPI v2 in protobuf is an empty document, in JSON a full one',
    withServer(async (client, server) => {
      const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
      const response = await fetch(`${server.url}/openapi/v2`, { headers: { accept } });
      assert.equal(Buffer.from(await response.arrayBuffer()).toString('hex'), '0a03322e3012030a016b');
      const { body } = await client.get('/openapi/v2', { accept: 'application/json' });
      assert.equal(body['swagger'], '2.0');
      const other = await client.get('/openapi/v3', { accept: 'application/protobuf' });
      assert.equal(other.code, 406);
    }),
  );
});
