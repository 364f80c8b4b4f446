import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { healthServerTask } from './health-server-task.ts';

async function serve(t: TestContext, port = 0) {
  const registry = new Registry();
  const problems: { alive: string | undefined; synced: string | undefined } = { alive: undefined, synced: undefined };
  const task = healthServerTask({
    host: '127.0.0.1',
    port,
    liveness: { alive: () => problems.alive },
    readiness: {
      synced: () => problems.synced,
      config: () => {
        if (problems.synced === 'throw') throw new Error('boom');
        return undefined;
      },
    },
    registry,
    log: new MemoryLog(),
  });
  const stop = new AbortController();
  const running = task.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running.catch(() => undefined);
  });
  return { registry, problems, task, running, stop };
}

async function fetched(task: { address: { host: string; port: number } }, path: string) {
  const response = await fetch(`http://${task.address.host}:${task.address.port}${path}`);
  return { status: response.status, text: await response.text() };
}

describe('health server', () => {
  test('says 200 while all checks pass, and 503 with the names of those that fail', async (t) => {
    const { task, problems } = await serve(t);
    await task.ready;
    assert.deepEqual(await fetched(task, '/readyz'), { status: 200, text: '[+] synced ok\n[+] config ok\nok\n' });
    problems.synced = 'services not listed yet';
    assert.deepEqual(await fetched(task, '/readyz?verbose'), {
      status: 503,
      text: '[-] synced failed: services not listed yet\n[+] config ok\nfailed\n',
    });
    assert.equal((await fetched(task, '/healthz')).status, 200);
    problems.synced = 'throw';
    assert.match((await fetched(task, '/readyz')).text, /\[-\] config failed: boom/);
  });

  test('serves the metrics of the registry it was given', async (t) => {
    const { task, registry } = await serve(t);
    await task.ready;
    new Counter({ name: 'herald_test_total', help: 'Test', registers: [registry] }).inc(3);
    const { status, text } = await fetched(task, '/metrics');
    assert.equal(status, 200);
    assert.match(text, /^herald_test_total 3$/m);
    assert.equal((await fetched(task, '/other')).status, 404);
  });

  test('fails where the port is taken', async (t) => {
    const { task } = await serve(t);
    await task.ready;
    const { running } = await serve(t, task.address.port);
    await assert.rejects(running, { code: 'EADDRINUSE' });
  });

  test('ends at once, also with a connection kept open', async (t) => {
    const { task, stop, running } = await serve(t);
    await task.ready;
    await fetched(task, '/healthz');
    stop.abort();
    await running;
    await assert.rejects(fetched(task, '/healthz'));
  });
});
