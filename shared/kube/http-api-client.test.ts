import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectToScript, errorOf, noTls } from '../../test/support/scripted-api.ts';
import { answer, scriptedServer } from '../../test/support/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { widgetJson, widgetResource } from '../../test/support/widget.ts';
import { callWithin } from './call-within.ts';

const one = { namespace: 'default', name: 'one' };

describe('requests of the API client', () => {
  test('name the object, say who asks, and read the answer', async (t) => {
    const { server, client } = await connectToScript(t, (_, response) =>
      answer(response, 200, widgetJson('one', 'red')),
    );
    const found = await client.get(widgetResource, one);
    assert.equal(found?.color, 'red');
    const [request] = server.seen;
    assert.equal(request?.path, '/apis/test.example/v1/namespaces/default/widgets/one');
    assert.equal(request?.headers['authorization'], 'Bearer secret');
    assert.equal(request?.headers['user-agent'], 'herald-test');
  });

  for (const { date, offsetMs } of [
    { date: 'Thu, 01 Jan 2026 00:00:00 GMT', offsetMs: 0 },
    { date: 'Thu, 01 Jan 2026 00:01:00 GMT', offsetMs: 60_000 },
    { date: 'Wed, 31 Dec 2025 23:59:30 GMT', offsetMs: -30_000 },
    { date: 'yesterday', offsetMs: undefined },
  ]) {
    test(`tell from "${date}" how far the clocks are apart`, async (t) => {
      const { client } = await connectToScript(t, (_, response) => {
        response.setHeader('date', date);
        answer(response, 200, widgetJson('one', 'red'));
      });
      assert.equal(client.clockOffsetMs, undefined);
      await client.get(widgetResource, one);
      assert.equal(client.clockOffsetMs, offsetMs);
    });
  }

  test('keep the path of a server behind a proxy', async (t) => {
    const server = await scriptedServer((_, response) => answer(response, 200, widgetJson('one', 'red')));
    t.after(() => server.close());
    const { client } = await connectToScript(t, () => undefined, { server: new URL('/k8s/clusters/c-1/', server.url) });
    await client.get(widgetResource, one);
    assert.equal(server.seen[0]?.path, '/k8s/clusters/c-1/apis/test.example/v1/namespaces/default/widgets/one');
  });

  test('list with selectors, limit and continue token', async (t) => {
    const { server, client } = await connectToScript(t, (_, response) =>
      answer(response, 200, {
        metadata: { resourceVersion: '7', continue: 'more' },
        items: [widgetJson('one', 'red')],
      }),
    );
    const page = await client.list(widgetResource, {
      namespace: '',
      labelSelector: 'a=b,c!=d',
      limit: 500,
      continueToken: 'x/y=',
    });
    assert.equal(page.resourceVersion, '7');
    assert.equal(page.continueToken, 'more');
    assert.equal(page.items.length, 1);
    assert.equal(server.seen[0]?.path, '/apis/test.example/v1/widgets');
    assert.deepEqual(Object.fromEntries(server.seen[0]?.query ?? []), {
      labelSelector: 'a=b,c!=d',
      limit: '500',
      continue: 'x/y=',
    });
  });

  test('write with the method, path and media type of each', async (t) => {
    const { server, client } = await connectToScript(t, (_, response) =>
      answer(response, 200, widgetJson('one', 'red')),
    );
    await client.create(widgetResource, widgetJson('one', 'é'));
    await client.update(widgetResource, widgetJson('one', 'red'), { subresource: 'status' });
    await client.patch(widgetResource, one, { type: 'merge', body: { color: 'red' } }, { subresource: 'status' });
    await client.patch(widgetResource, one, { type: 'strategic', body: {} });
    await client.patch(widgetResource, one, { type: 'json', body: [] });
    assert.equal(await client.delete(widgetResource, one), true);
    const root = '/apis/test.example/v1/namespaces/default/widgets';
    assert.deepEqual(
      server.seen.map((request) => [request.method, request.path, request.headers['content-type']]),
      [
        ['POST', root, 'application/json'],
        ['PUT', `${root}/one/status`, 'application/json'],
        ['PATCH', `${root}/one/status`, 'application/merge-patch+json'],
        ['PATCH', `${root}/one`, 'application/strategic-merge-patch+json'],
        ['PATCH', `${root}/one`, 'application/json-patch+json'],
        ['DELETE', `${root}/one`, undefined],
      ],
    );
    assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ''), {
      metadata: { namespace: 'default', name: 'one' },
      color: 'é',
      apiVersion: 'test.example/v1',
      kind: 'Widget',
    });
  });

  test('absence is an answer, not an error, for get and delete', async (t) => {
    const { client } = await connectToScript(t, (_, response) => answer(response, 404, { reason: 'NotFound' }));
    assert.equal(await client.get(widgetResource, one), undefined);
    assert.equal(await client.delete(widgetResource, one), false);
    assert.equal((await errorOf(client.update(widgetResource, widgetJson('one', 'red')))).code, 'NotFound');
  });

  test('one connection serves request after request, refused ones too', async (t) => {
    const { server, client } = await connectToScript(t, (request, response) =>
      answer(response, request.method === 'GET' ? 500 : 200, { message: 'x'.repeat(100_000) }),
    );
    for (let i = 0; i < 5; i += 1) {
      await errorOf(client.get(widgetResource, one));
      await client.delete(widgetResource, one);
    }
    assert.deepEqual(new Set(server.seen.map((request) => request.connection)), new Set([1]));
  });

  test('carry Retry-After', async (t) => {
    const { client } = await connectToScript(t, (_, response) => answer(response, 429, {}, { 'retry-after': '4' }));
    const error = await errorOf(client.get(widgetResource, one));
    assert.equal(error.code, 'TooManyRequests');
    assert.equal(error.retryAfterMs, 4_000);
  });

  test('fail after 10 s without answer', async (t) => {
    const { server, clock, client } = await connectToScript(t, () => undefined);
    const failed = errorOf(client.get(widgetResource, one));
    await until(() => server.seen.length === 1);
    await clock.advance(10_000);
    const error = await failed;
    assert.equal(error.code, 'Unreachable');
    assert.equal(error.message, 'cannot get Widget default/one: no answer within 10 s');
    assert.equal(clock.pending, 0);
    await until(() => server.openConnections === 0, 'the end of the connection');
  });

  test('fail after 10 s when the answer stops in the middle', async (t) => {
    const { server, clock, client } = await connectToScript(t, (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"metadata":');
    });
    const failed = errorOf(client.get(widgetResource, one));
    await until(() => server.seen.length === 1);
    await clock.advance(10_000);
    assert.equal((await failed).code, 'Unreachable');
  });

  test('fail at once when the connection is cut in the answer, refused, or the answer is no JSON', async (t) => {
    const { client } = await connectToScript(t, (request, response) => {
      if (request.method === 'POST') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.destroy());
      } else response.end('<html>');
    });
    assert.equal((await errorOf(client.create(widgetResource, widgetJson('one', 'red')))).code, 'Unreachable');
    assert.equal((await errorOf(client.get(widgetResource, one))).code, 'ServerError');
    const closed = await scriptedServer(() => undefined);
    await closed.close();
    const { client: other } = await connectToScript(t, () => undefined, { server: closed.url });
    const refused = await errorOf(other.get(widgetResource, one));
    assert.equal(refused.code, 'Unreachable');
    assert.match(refused.message, /^cannot get Widget default\/one: .*ECONNREFUSED/);
  });

  test('are sent again, on a new connection, when the server closed the kept one meanwhile', async (t) => {
    const { server, client } = await connectToScript(t, (request, response) => {
      if (server.seen.length === 2) response.destroy();
      else answer(response, 200, widgetJson('one', `connection ${request.connection}`));
    });
    await client.get(widgetResource, one);
    assert.equal((await client.get(widgetResource, one))?.color, 'connection 2');
    assert.equal(server.seen.length, 3);
  });

  test('that can be harmful twice are not sent again', async (t) => {
    const { server, client } = await connectToScript(t, (_, response) => {
      if (server.seen.length === 2) response.destroy();
      else answer(response, 200, widgetJson('one', 'red'));
    });
    await client.get(widgetResource, one);
    assert.equal((await errorOf(client.create(widgetResource, widgetJson('two', 'red')))).code, 'Unreachable');
    assert.equal(server.seen.length, 2);
  });

  test('ask for credentials again every 10 s, and at once after a 401', async (t) => {
    let token = 0;
    let reloads = 0;
    const { server, clock, client } = await connectToScript(
      t,
      (request, response) => answer(response, request.headers['authorization'] === 'Bearer 3' ? 401 : 200, {}),
      {
        credentials: async () => {
          token += 1;
          return { headers: { Authorization: `Bearer ${token}` }, tls: noTls };
        },
        reload: () => {
          reloads += 1;
        },
      },
    );
    await client.get(widgetResource, one);
    await client.get(widgetResource, one);
    await clock.advance(10_000);
    await client.get(widgetResource, one);
    await clock.advance(10_000);
    assert.equal((await errorOf(client.get(widgetResource, one))).code, 'Unauthorized');
    await client.get(widgetResource, one);
    assert.deepEqual(
      server.seen.map((request) => request.headers['authorization']),
      ['Bearer 1', 'Bearer 1', 'Bearer 2', 'Bearer 3', 'Bearer 4'],
    );
    assert.equal(reloads, 1);
    assert.equal(server.seen.at(-1)?.connection, 1);
  });

  test('that are sent together look for credentials once', async (t) => {
    let looks = 0;
    const { client } = await connectToScript(t, (_, response) => answer(response, 200, {}), {
      credentials: async () => {
        looks += 1;
        return { headers: {}, tls: noTls };
      },
    });
    await Promise.all([client.get(widgetResource, one), client.get(widgetResource, one)]);
    assert.equal(looks, 1);
  });

  test('use a new connection once the certificates have changed', async (t) => {
    let cert = Buffer.from('old');
    const { server, clock, client } = await connectToScript(t, (_, response) => answer(response, 200, {}), {
      credentials: async () => ({ headers: {}, tls: { ...noTls, cert } }),
    });
    await client.get(widgetResource, one);
    cert = Buffer.from('new');
    await client.get(widgetResource, one);
    await clock.advance(10_000);
    await client.get(widgetResource, one);
    await client.get(widgetResource, one);
    assert.deepEqual(
      server.seen.map((request) => request.connection),
      [1, 1, 2, 2],
    );
    await until(() => server.openConnections === 1, 'the end of the old connection');
  });

  test('end when the caller gives up, also while credentials are awaited', async (t) => {
    const { client } = await connectToScript(t, () => undefined, { credentials: () => new Promise(() => undefined) });
    const stop = new AbortController();
    const failed = errorOf(client.get(widgetResource, one, stop.signal));
    stop.abort();
    assert.equal((await failed).message, 'cannot get Widget default/one: it was cancelled');
  });

  test('say how long the caller waited, where its time was up first', async (t) => {
    const { client, clock } = await connectToScript(t, () => undefined, {
      credentials: () => new Promise(() => undefined),
    });
    const { signal } = new AbortController();
    const call = callWithin((within) => client.get(widgetResource, one, within), { clock, timeoutMs: 3_000, signal });
    const failed = errorOf(call);
    await clock.advance(3_000);
    assert.equal((await failed).message, 'cannot get Widget default/one: no answer within 3 s');
  });
});
