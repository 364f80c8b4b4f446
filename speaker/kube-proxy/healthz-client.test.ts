import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { answer, type Script, scriptedServer } from '../../test/support/scripted-server.ts';
import { until } from '../../test/support/until.ts';
import { HealthzClient } from './healthz-client.ts';

async function asking(t: TestContext, script: Script) {
  const server = await scriptedServer(script);
  const clock = new FakeClock();
  const client = new HealthzClient(clock, { host: server.url.hostname, port: Number(server.url.port) });
  t.after(async () => {
    client.close();
    await server.close();
  });
  return { server, clock, client };
}

const healthy: Script = (_request, response) => answer(response, 200, {});

describe('the client of a health check', () => {
  test('says healthy for status 200 alone', async (t) => {
    const statuses = [200, 503, 404, 200];
    const { client, server } = await asking(t, (_request, response) => answer(response, statuses.shift() ?? 0, {}));
    const results = [await client.probe(), await client.probe(), await client.probe(), await client.probe()];
    assert.deepEqual(results, ['healthy', 'failing', 'failing', 'healthy']);
    assert.equal(server.seen[0]?.path, '/healthz');
  });

  test('keeps its connection for ten probes, then opens another: so it notices who takes no new ones', async (t) => {
    const { client, server } = await asking(t, healthy);
    for (let probe = 0; probe < 21; probe += 1) assert.equal(await client.probe(), 'healthy');
    const connections = server.seen.map(({ connection }) => connection);
    assert.equal(new Set(connections.slice(0, 10)).size, 1);
    assert.equal(new Set(connections).size, 3);
    await until(() => server.openConnections === 1);
  });

  test('asks once more where the kept connection turns out to be closed', async (t) => {
    const { client, server } = await asking(t, (request, response) => {
      const isSecond = request.connection === 1 && server.seen.length === 2;
      if (isSecond) response.destroy();
      else healthy(request, response);
    });
    assert.deepEqual([await client.probe(), await client.probe()], ['healthy', 'healthy']);
    assert.deepEqual(
      server.seen.map(({ connection }) => connection),
      [1, 1, 2],
    );
  });

  test('takes no answer within 900 ms for failing, and asks the next time on another connection', async (t) => {
    let silent = true;
    const { client, clock, server } = await asking(t, (request, response) => {
      if (!silent) healthy(request, response);
    });
    const asked = client.probe();
    await until(() => server.seen.length === 1);
    await clock.advance(900);
    assert.equal(await asked, 'failing');
    silent = false;
    assert.equal(await client.probe(), 'healthy');
    assert.equal(new Set(server.seen.map(({ connection }) => connection)).size, 2);
  });

  test('takes an answer without end for failing, and reads no more of it', async (t) => {
    let written = 0;
    const { client, server } = await asking(t, (_request, response) => {
      response.writeHead(200);
      const goOn = (): void => {
        do written += 65_536;
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', goOn);
      goOn();
    });
    assert.equal(await client.probe(), 'failing');
    await until(() => server.openConnections === 0);
    // Beside what is read, what the buffers of both ends hold.
    assert.ok(written < 32 << 20, `${written} octets`);
  });

  test('takes what is no HTTP for failing', async (t) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.end('no HTTP\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as { port: number };
    const client = new HealthzClient(new FakeClock(), { host: '127.0.0.1', port });
    t.after(() => client.close());
    assert.equal(await client.probe(), 'failing');
    assert.equal(sockets.length, 1);
  });

  test('says refused where nobody listens', async (t) => {
    const { client, server } = await asking(t, healthy);
    await server.close();
    assert.equal(await client.probe(), 'refused');
  });
});
