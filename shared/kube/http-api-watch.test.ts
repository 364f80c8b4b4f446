import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { connectToScript } from '../../test/support/scripted-api.ts';
import { answer, type Script, type ScriptedServer } from '../../test/support/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { widgetJson, widgetResource } from '../../test/support/widget.ts';
import type { WatchEvent } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { HttpApiClient } from './http-api-client.ts';

const one = { namespace: 'default', name: 'one' };

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

describe('watches of the API client', () => {
  const widget = {
    ...widgetJson('one', '漢字'),
    metadata: { name: 'one', namespace: 'default', resourceVersion: '6' },
  };
  const bookmark = { metadata: { resourceVersion: '9' } };

  test('ask for bookmarks from a version, and end when the server ends them', async (t) => {
    const { server, client, clock } = await connectToScript(t, (_, response) => {
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
    const { client } = await connectToScript(t, (_, response) => startWatch(response));
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
      const { client, clock } = await connectToScript(t, script);
      const { state, done } = follow(client);
      await done;
      assert.equal(state.error?.code, code);
      assert.equal(clock.pending, 0);
    });
  }

  test('a server that accepts and never answers is noticed after 10 s', async (t) => {
    const { server, client, clock } = await connectToScript(t, () => undefined);
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
    const { server, client, clock } = await connectToScript(t, (request, response) => {
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
    const { server, client, clock } = await connectToScript(t, (request, response) => {
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
    const { server, client, clock } = await connectToScript(t, (request, response) => {
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

  test('the kernel is told to look after a quiet connection within 10 s', async (t) => {
    const { server, client } = await connectToScript(t, (_, response) => startWatch(response));
    const { state, stop, done } = follow(client);
    await until(() => state.open);
    const leftMs = keepaliveMs(server.url.port) ?? 0;
    assert.ok(leftMs > 0 && leftMs <= 10_000, `${leftMs} ms`);
    stop.abort();
    await done;
  });

  test('a watch that the server forgets to end is ended 15 s after its time', async (t) => {
    const { client, clock } = await connectToScript(t, (request, response) => {
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
    const { server, client, clock } = await connectToScript(t, (_, response) => {
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

/**
 * How long until the kernel probes the connection to that port of the loopback. /proc/net/tcp (proc(5)): the third
 * column is the peer, the sixth the timer, 02 for keepalive, with its time in hundredths of a second.
 */
function keepaliveMs(port: string): number | undefined {
  const peer = `0100007F:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`;
  const columns = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const [timer, hundredths = ''] = columns.find((row) => row[2] === peer)?.[5]?.split(':') ?? [];
  return timer === '02' ? Number.parseInt(hundredths, 16) * 10 : undefined;
}

function probes(server: ScriptedServer): number {
  return server.seen.filter((request) => request.path === '/version').length;
}
