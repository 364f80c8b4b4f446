import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { answer, type Script, type ScriptedServer, scriptedServer } from '../../test/support/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { widgetJson, widgetResource } from '../../test/support/widget.ts';
import type { WatchEvent } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { ApiEndpoint } from './credentials.ts';
import { HttpApiClient } from './http-api-client.ts';

const noTls = { ca: undefined, cert: undefined, key: undefined, servername: undefined, verify: true };
const one = { namespace: 'default', name: 'one' };

async function connect(t: TestContext, script: Script, endpoint: Partial<ApiEndpoint> = {}) {
  const server = await scriptedServer(script);
  const clock = new FakeClock();
  const client = new HttpApiClient({
    clock,
    userAgent: 'herald-test',
    endpoint: {
      server: server.url,
      namespace: undefined,
      credentials: async () => ({ headers: { Authorization: 'Bearer secret' }, tls: noTls }),
      reload: () => undefined,
      ...endpoint,
    },
  });
  t.after(async () => {
    client.close();
    await server.close();
  });
  return { server, clock, client };
}

async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error('it did not fail');
}

/** Reads a watch in the background. */
function follow(client: HttpApiClient, timeoutSeconds = 300) {
  const events: WatchEvent[] = [];
  const stop = new AbortController();
  const state = { open: false, ended: false, error: undefined as ApiError | undefined };
  const read = async (): Promise<void> => {
    const options = { namespace: 'default', resourceVersion: '5', timeoutSeconds, signal: stop.signal };
    const onOpen = (): void => {
      state.open = true;
    };
    for await (const event of client.watch(widgetResource, { ...options, onOpen })) events.push(event);
  };
  const done = read().catch((error: unknown) => {
    assert.ok(error instanceof ApiError, String(error));
    state.error = error;
  });
  void done.then(() => {
    state.ended = true;
  });
  return { events, stop, state, done };
}

function startWatch(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

describe('requests of the API client', () => {
  test('name the object, say who asks, and read the answer', async (t) => {
    const { server, client } = await connect(t, (_, response) => answer(response, 200, widgetJson('one', 'red')));
    const found = await client.get(widgetResource, one);
    assert.equal(found?.color, 'red');
    const [request] = server.seen;
    assert.equal(request?.path, '/apis/test.example/v1/namespaces/default/widgets/one');
    assert.equal(request?.headers['authorization'], 'Bearer secret');
    assert.equal(request?.headers['user-agent'], 'herald-test');
  });

  test('keep the path of a server behind a proxy', async (t) => {
    const server = await scriptedServer((_, response) => answer(response, 200, widgetJson('one', 'red')));
    t.after(() => server.close());
    const { client } = await connect(t, () => undefined, { server: new URL('/k8s/clusters/c-1/', server.url) });
    await client.get(widgetResource, one);
    assert.equal(server.seen[0]?.path, '/k8s/clusters/c-1/apis/test.example/v1/namespaces/default/widgets/one');
  });

  test('list with selectors, limit and continue token', async (t) => {
    const { server, client } = await connect(t, (_, response) =>
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
    const { server, client } = await connect(t, (_, response) => answer(response, 200, widgetJson('one', 'red')));
    await client.create(widgetResource, widgetJson('one', 'é'));
    await client.update(widgetResource, widgetJson('one', 'red'), { subresource: 'status' });
    await client.patch(widgetResource, one, { type: 'merge', body: { color: 'red' } }, { subresource: 'status' });
    await client.patch(widgetResource, one, { type: 'json', body: [] });
    assert.equal(await client.delete(widgetResource, one), true);
    const root = '/apis/test.example/v1/namespaces/default/widgets';
    assert.deepEqual(
      server.seen.map((request) => [request.method, request.path, request.headers['content-type']]),
      [
        ['POST', root, 'application/json'],
        ['PUT', `${root}/one/status`, 'application/json'],
        ['PATCH', `${root}/one/status`, 'application/merge-patch+json'],
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
    const { client } = await connect(t, (_, response) => answer(response, 404, { reason: 'NotFound' }));
    assert.equal(await client.get(widgetResource, one), undefined);
    assert.equal(await client.delete(widgetResource, one), false);
    assert.equal((await errorOf(client.update(widgetResource, widgetJson('one', 'red')))).code, 'NotFound');
  });

  test('one connection serves request after request, refused ones too', async (t) => {
    const { server, client } = await connect(t, (request, response) =>
      answer(response, request.method === 'GET' ? 500 : 200, { message: 'x'.repeat(100_000) }),
    );
    for (let i = 0; i < 5; i += 1) {
      await errorOf(client.get(widgetResource, one));
      await client.delete(widgetResource, one);
    }
    assert.deepEqual(new Set(server.seen.map((request) => request.connection)), new Set([1]));
  });

  test('carry Retry-After', async (t) => {
    const { client } = await connect(t, (_, response) => answer(response, 429, {}, { 'retry-after': '4' }));
    const error = await errorOf(client.get(widgetResource, one));
    assert.equal(error.code, 'TooManyRequests');
    assert.equal(error.retryAfterMs, 4_000);
  });

  test('fail after 10 s without answer', async (t) => {
    const { server, clock, client } = await connect(t, () => undefined);
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
    const { server, clock, client } = await connect(t, (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"metadata":');
    });
    const failed = errorOf(client.get(widgetResource, one));
    await until(() => server.seen.length === 1);
    await clock.advance(10_000);
    assert.equal((await failed).code, 'Unreachable');
  });

  test('fail at once when the connection is cut in the answer, refused, or the answer is no JSON', async (t) => {
    const { client } = await connect(t, (request, response) => {
      if (request.method === 'POST') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.destroy());
      } else response.end('<html>');
    });
    assert.equal((await errorOf(client.create(widgetResource, widgetJson('one', 'red')))).code, 'Unreachable');
    assert.equal((await errorOf(client.get(widgetResource, one))).code, 'ServerError');
    const closed = await scriptedServer(() => undefined);
    await closed.close();
    const { client: other } = await connect(t, () => undefined, { server: closed.url });
    const refused = await errorOf(other.get(widgetResource, one));
    assert.equal(refused.code, 'Unreachable');
    assert.match(refused.message, /^cannot get Widget default\/one: .*ECONNREFUSED/);
  });

  test('are sent again, on a new connection, when the server closed the kept one meanwhile', async (t) => {
    const { server, client } = await connect(t, (request, response) => {
      if (server.seen.length === 2) response.destroy();
      else answer(response, 200, widgetJson('one', `connection ${request.connection}`));
    });
    await client.get(widgetResource, one);
    assert.equal((await client.get(widgetResource, one))?.color, 'connection 2');
    assert.equal(server.seen.length, 3);
  });

  test('that can be harmful twice are not sent again', async (t) => {
    const { server, client } = await connect(t, (_, response) => {
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
    const { server, clock, client } = await connect(
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
    const { client } = await connect(t, (_, response) => answer(response, 200, {}), {
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
    const { server, clock, client } = await connect(t, (_, response) => answer(response, 200, {}), {
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
    const { client } = await connect(t, () => undefined, { credentials: () => new Promise(() => undefined) });
    const stop = new AbortController();
    const failed = errorOf(client.get(widgetResource, one, stop.signal));
    stop.abort();
    assert.equal((await failed).message, 'cannot get Widget default/one: it was cancelled');
  });
});

describe('watches of the API client', () => {
  const widget = {
    ...widgetJson('one', '漢字'),
    metadata: { name: 'one', namespace: 'default', resourceVersion: '6' },
  };
  const bookmark = { metadata: { resourceVersion: '9' } };

  test('ask for bookmarks from a version, and end when the server ends them', async (t) => {
    const { server, client, clock } = await connect(t, (_, response) => {
      startWatch(response);
      response.end(line('ADDED', widget) + line('BOOKMARK', bookmark));
    });
    const { events, state, done } = follow(client, 291);
    await done;
    assert.equal(state.error, undefined);
    assert.deepEqual(events, [
      { type: 'ADDED', object: widget },
      { type: 'BOOKMARK', object: bookmark },
    ]);
    assert.deepEqual(Object.fromEntries(server.seen[0]?.query ?? []), {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '5',
      timeoutSeconds: '291',
    });
    assert.equal(clock.pending, 0);
  });

  test('are open once the server accepted them, before any event', async (t) => {
    const { client } = await connect(t, (_, response) => startWatch(response));
    const { state, stop, done } = follow(client);
    await until(() => state.open);
    stop.abort();
    await done;
  });

  const failures: { name: string; code: string; script: Script }[] = [
    {
      name: '410 at the start',
      code: 'Expired',
      script: (_, response) => answer(response, 410, { reason: 'Expired', code: 410 }),
    },
    {
      name: '410 as an event',
      code: 'Expired',
      script: (_, response) => {
        startWatch(response);
        response.write(line('ADDED', widget) + line('ERROR', { kind: 'Status', code: 410, reason: 'Expired' }));
      },
    },
    {
      name: 'a server error as an event',
      code: 'ServerError',
      script: (_, response) => {
        startWatch(response);
        response.write(line('ERROR', { kind: 'Status', code: 500, message: 'etcd' }));
      },
    },
    { name: '500 at the start', code: 'ServerError', script: (_, response) => answer(response, 500, {}) },
    {
      name: 'a connection cut in the middle of a line',
      code: 'Unreachable',
      script: (_, response) => {
        startWatch(response);
        response.write(`${line('ADDED', widget)}{"type":"MOD`, () => response.destroy());
      },
    },
    {
      name: 'a body that ends in the middle of a line',
      code: 'Unreachable',
      script: (_, response) => {
        startWatch(response);
        response.end(`${line('ADDED', widget)}{"type":"MOD`);
      },
    },
    {
      name: 'a line that is no JSON',
      code: 'Unreachable',
      script: (_, response) => {
        startWatch(response);
        response.write('oops\n');
      },
    },
  ];
  for (const { name, code, script } of failures) {
    test(`${name} is ${code}`, async (t) => {
      const { client, clock } = await connect(t, script);
      const { state, done } = follow(client);
      await done;
      assert.equal(state.error?.code, code);
      assert.equal(clock.pending, 0);
    });
  }

  test('a server that accepts and never answers is noticed after 10 s', async (t) => {
    const { server, client, clock } = await connect(t, () => undefined);
    const { state, done } = follow(client);
    await until(() => server.seen.length === 1);
    await clock.advance(9_999);
    assert.equal(state.ended, false);
    await clock.advance(1);
    await done;
    assert.equal(state.error?.code, 'Unreachable');
  });

  test('a server that goes silent in the middle of a watch is noticed after 25 s', async (t) => {
    const watches: ServerResponse[] = [];
    const { server, client, clock } = await connect(t, (request, response) => {
      if (request.path === '/version') return;
      startWatch(response);
      response.write(line('ADDED', widget));
      watches.push(response);
    });
    const { events, state, done } = follow(client);
    await until(() => events.length === 1);
    await clock.advance(15_000);
    await until(() => probes(server) === 1, 'the probe');
    await clock.advance(9_999);
    assert.equal(state.ended, false);
    await clock.advance(1);
    await done;
    assert.equal(state.error?.code, 'Unreachable');
    assert.equal(clock.pending, 0);
  });

  test('a watch on which nothing happens stays, as long as the server answers probes', async (t) => {
    const { server, client, clock } = await connect(t, (request, response) => {
      if (request.path === '/version') answer(response, 401, {});
      else startWatch(response);
    });
    const { state, stop, done } = follow(client);
    await until(() => state.open);
    for (let probe = 1; probe <= 4; probe += 1) {
      await clock.advance(15_000);
      await until(() => probes(server) === probe, `probe ${probe}`);
      const heardMs = clock.now();
      await until(() => client.heardMs === heardMs, 'the answer');
      await clock.advance(0);
    }
    assert.equal(state.ended, false);
    assert.equal(new Set(server.seen.map((request) => request.connection)).size, 5);
    stop.abort();
    await done;
  });

  test('nobody is probed while other answers come in', async (t) => {
    const { server, client, clock } = await connect(t, (request, response) => {
      if (request.query.has('watch')) startWatch(response);
      else answer(response, 200, widgetJson('one', 'red'));
    });
    const { state, stop, done } = follow(client);
    await until(() => state.open);
    for (let round = 0; round < 12; round += 1) {
      await clock.advance(5_000);
      await client.get(widgetResource, one);
    }
    assert.equal(probes(server), 0);
    stop.abort();
    await done;
  });

  test('a watch that the server forgets to end is ended 15 s after its time', async (t) => {
    const { client, clock } = await connect(t, (request, response) => {
      if (request.path === '/version') answer(response, 200, {});
      else startWatch(response);
    });
    const { state, done } = follow(client, 5);
    await until(() => state.open);
    await clock.advance(15_000);
    await until(() => client.heardMs === clock.now(), 'the answer to the probe');
    await clock.advance(4_999);
    assert.equal(state.ended, false);
    await clock.advance(1);
    await done;
    assert.equal(state.error?.code, 'Unreachable');
  });

  test('leave no connection behind when the reader stops', async (t) => {
    const { server, client, clock } = await connect(t, (_, response) => {
      startWatch(response);
      response.write(line('ADDED', widget));
    });
    const signal = new AbortController().signal;
    const options = { namespace: '', resourceVersion: '5', timeoutSeconds: 300, signal };
    for await (const event of client.watch(widgetResource, options)) {
      assert.equal(event.type, 'ADDED');
      break;
    }
    await until(() => server.openConnections === 0, 'the end of the connection');
    assert.equal(clock.pending, 0);
  });
});

function probes(server: ScriptedServer): number {
  return server.seen.filter((request) => request.path === '/version').length;
}
