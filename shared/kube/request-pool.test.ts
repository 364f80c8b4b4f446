import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { answer, type Script, scriptedServer } from '../../test/support/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { socketOpener } from './api-socket.ts';
import type { Exchange } from './request-connection.ts';
import { RequestPool } from './request-pool.ts';

const noTls = { ca: undefined, cert: undefined, key: undefined, servername: undefined, verify: true };

async function poolTo(t: TestContext, script: Script) {
  const server = await scriptedServer(script);
  const pool = new RequestPool(socketOpener(server.url, noTls));
  t.after(async () => {
    pool.close();
    await server.close();
  });
  /** Sends a request; `outcome` is what became of it. */
  const send = (path: string) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const exchange: Exchange = {
      text: `GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`,
      onHeard: () => undefined,
      onAnswer: ({ status, body }) => resolve(`${status} ${body}`),
      onFailure: (error) => resolve(`${error.name}: ${error.message}`),
    };
    pool.send(exchange);
    return { exchange, outcome: promise };
  };
  return { server, pool, send };
}

/** Answers when told to. */
function heldAnswers() {
  const held = new Map<string, ServerResponse>();
  const script: Script = ({ path }, response) => void held.set(path, response);
  const release = (path: string): void => {
    const response = held.get(path);
    held.delete(path);
    if (response !== undefined) answer(response, 200, path);
  };
  return { held, script, release };
}

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `/${index}`);

describe('connections on which requests take turns', () => {
  test('are 64 at most: the next request waits for the first that is free', async (t) => {
    const { held, script, release } = heldAnswers();
    const { server, send } = await poolTo(t, script);
    const sent = numbered(66).map(send);
    await until(() => held.size === 64);
    release('/7');
    release('/9');
    assert.equal(await sent[7]?.outcome, '200 "/7"');
    await until(() => held.has('/64') && held.has('/65'));
    assert.equal(server.openConnections, 64);
    const [seventh, last] = [7, 64].map((index) => server.seen.find(({ path }) => path === `/${index}`)?.connection);
    assert.equal(seventh, last);
  });

  test('are opened anew for what waits where one of them breaks', async (t) => {
    const { held, script, release } = heldAnswers();
    const { send } = await poolTo(t, script);
    const sent = numbered(65).map(send);
    await until(() => held.size === 64);
    held.get('/3')?.destroy();
    assert.equal(await sent[3]?.outcome, 'Error: the answer was cut');
    await until(() => held.has('/64'));
    release('/64');
    assert.equal(await sent[64]?.outcome, '200 "/64"');
  });

  test('are kept when their request is done, eight of them, and the one used last is used next', async (t) => {
    const { held, script, release } = heldAnswers();
    const { server, send } = await poolTo(t, script);
    const sent = numbered(10).map(send);
    await until(() => held.size === 10);
    for (const path of numbered(10)) {
      release(path);
      await sent[Number(path.slice(1))]?.outcome;
    }
    await until(() => server.openConnections === 8);
    send('/next');
    await until(() => held.has('/next'));
    const [eighth, next] = ['/7', '/next'].map((path) => server.seen.find((one) => one.path === path)?.connection);
    assert.equal(next, eighth);
  });

  test('give up one request without harm to the others, under way or waiting', async (t) => {
    const { held, script, release } = heldAnswers();
    const { pool, send } = await poolTo(t, script);
    const sent = numbered(66).map(send);
    await until(() => held.size === 64);
    for (const index of [64, 5]) {
      const one = sent[index];
      if (one !== undefined) pool.giveUp(one.exchange, new Error('enough'));
      assert.equal(await one?.outcome, 'Error: enough');
    }
    await until(() => held.has('/65'));
    release('/6');
    release('/65');
    assert.equal(await sent[6]?.outcome, '200 "/6"');
    assert.equal(await sent[65]?.outcome, '200 "/65"');
    assert.equal(held.has('/64'), false);
  });

  test('are not harmed by giving up what has been answered', async (t) => {
    const { held, script, release } = heldAnswers();
    const { pool, send } = await poolTo(t, script);
    const first = send('/1');
    await until(() => held.has('/1'));
    release('/1');
    await first.outcome;
    const second = send('/2');
    pool.giveUp(first.exchange, new Error('late'));
    await until(() => held.has('/2'));
    release('/2');
    assert.equal(await second.outcome, '200 "/2"');
  });

  test('carry no more after an answer that says so', async (t) => {
    const { server, send } = await poolTo(t, (_, response) => answer(response, 200, 1, { connection: 'close' }));
    assert.equal(await send('/1').outcome, '200 1');
    assert.equal(await send('/2').outcome, '200 1');
    assert.deepEqual(
      server.seen.map(({ connection }) => connection),
      [1, 2],
    );
  });

  test('end where bytes come that nobody asked for', async (t) => {
    const { server, send } = await poolTo(t, (_, response) => {
      const { socket } = response;
      answer(response, 200, 1);
      setImmediate(() => socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n2'));
    });
    assert.equal(await send('/1').outcome, '200 1');
    await until(() => server.openConnections === 0);
    assert.equal(await send('/2').outcome, '200 1');
  });

  test('say which request found its kept connection broken, and which one broke it', async (t) => {
    const { server, send } = await poolTo(t, ({ path }, response) => {
      if (path === '/kept') answer(response, 200, 1);
      else if (path === '/broken') response.destroy();
      else response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{');
    });
    assert.equal(await send('/kept').outcome, '200 1');
    assert.equal(await send('/broken').outcome, 'StaleConnectionError: the connection broke');
    assert.equal(await send('/broken').outcome, 'Error: the answer was cut');
    assert.equal(await send('/kept').outcome, '200 1');
    assert.equal(await send('/cut').outcome, 'Error: the answer was cut');
    await until(() => server.openConnections === 0);
  });

  test('say what is no answer', async (t) => {
    const { send } = await poolTo(t, (_, response) => void response.socket?.end('hello\r\n'));
    assert.equal(await send('/1').outcome, 'HttpAnswerError: cannot read the answer: it is no HTTP/1.1');
  });

  test('take an answer with them that their end completes', async (t) => {
    const { send } = await poolTo(t, (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\n\r\nall'));
    assert.equal(await send('/1').outcome, '200 all');
  });

  test('fail all that is under way or waits when they are closed, and are not opened again for it', async (t) => {
    const { held, script } = heldAnswers();
    const { server, pool, send } = await poolTo(t, script);
    const sent = numbered(66).map(send);
    await until(() => held.size === 64);
    pool.close();
    const outcomes = await Promise.all(sent.map(({ outcome }) => outcome));
    assert.deepEqual(new Set(outcomes), new Set(['Error: the connections were closed']));
    await until(() => server.openConnections === 0);
    assert.equal(server.seen.length, 64);
  });

  test('that are retired end with their request', async (t) => {
    const { held, script, release } = heldAnswers();
    const { server, pool, send } = await poolTo(t, script);
    const sent = numbered(2).map(send);
    await until(() => held.size === 2);
    release('/0');
    await sent[0]?.outcome;
    pool.retire();
    await until(() => server.openConnections === 1);
    release('/1');
    assert.equal(await sent[1]?.outcome, '200 "/1"');
    await until(() => server.openConnections === 0);
  });
});
