import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { HttpClient, namesOf } from './testing/http-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

async function start(...flags: readonly string[]): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { process: child, url: JSON.parse(String(line)).listening };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

function overSocket(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('the process: every confirmed write survives SIGKILL, tokens are asked for, SIGTERM ends it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'apiserver-'));
  try {
    const data = join(folder, 'data');
    const first = await start('--data-folder', data);
    const client = new HttpClient(first.url);
    const names = Array.from({ length: 50 }, (_, index) => `n${index + 10}`);
    const answers = await Promise.all(names.map((name) => client.post(configMaps, { metadata: { name } })));
    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([201]));
    await end(first.process, 'SIGKILL');

    const tokens = join(folder, 'tokens');
    const socket = join(folder, 'socket');
    writeFileSync(tokens, 't1: ann\nt2: {name: bob, denied: ["* secrets"]}\n');
    const second = await start('--data-folder', data, '--tokens-file', tokens, '--unix-socket', socket);
    const ann = new HttpClient(second.url, { authorization: 'Bearer t1' });
    assert.deepEqual(namesOf((await ann.get(configMaps)).body), names);
    assert.equal((await new HttpClient(second.url).get(configMaps)).code, 401);
    assert.equal(await overSocket(socket, '/readyz'), 200);
    assert.equal(await overSocket(socket, '/api/v1/nodes'), 401);
    const watcher = await ann.watch(`${configMaps}?watch=1&resourceVersion=0`);
    assert.equal(await end(second.process, 'SIGTERM'), 0);
    watcher.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
