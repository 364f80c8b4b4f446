import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { processesWith } from '../../support/processes.ts';
import { eventually } from '../eventually.ts';
import { startSandbox } from './sandbox.ts';
import { chooseUnshareMode, SandboxForbiddenError } from './unshare.ts';
import { ownIdMap } from './user-ids.ts';

const programs = join(import.meta.dirname, 'programs');
const forbidden = whyForbidden();

function whyForbidden(): string | false {
  try {
    chooseUnshareMode();
    return false;
  } catch (error) {
    if (error instanceof SandboxForbiddenError) return error.message;
    throw error;
  }
}

function withoutUsers(): string | false {
  return process.getuid?.() === 0 && chooseUnshareMode().manyUsers ? false : 'only root may map everybody';
}

/** Starts `parent.ts` in a process of its own, with a mark by which all its descendants are found. */
async function startParent(context: TestContext): Promise<{ parent: ChildProcess; mark: string; folder: string }> {
  const mark = `HERALD_TEST_MARK=${randomUUID()}`;
  const folder = mkdtempSync(join(tmpdir(), 'herald-sandbox-test-'));
  const [name = '', value = ''] = mark.split('=');
  const parent = spawn(process.execPath, [join(programs, 'parent.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [name]: value },
  });
  context.after(() => {
    parent.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  assert.ok(parent.stdout !== null);
  await once(parent.stdout, 'data');
  assert.ok(processesWith(mark).length >= 4, 'parent, unshare, init, program and its child');
  return { parent, mark, folder };
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`after ${signal} of the parent no process, mount or file is left`, { skip: forbidden }, async (context) => {
    const { parent, mark, folder } = await startParent(context);
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    parent.kill(signal);
    await eventually('all processes gone', () => processesWith(mark).length === 0 || undefined);
    await eventually('the folder removed', () => !existsSync(folder) || undefined);
    assert.equal(readFileSync('/proc/self/mountinfo', 'utf8'), mounts);
    assert.equal(existsSync('/run/netns/node-a'), false);
  });
}

test('when the first process inside is killed, everything ends', { skip: forbidden }, async (context) => {
  const { parent, mark } = await startParent(context);
  const unshare = processesWith(mark).find((pid) => commandOf(pid).startsWith('unshare'));
  assert.ok(unshare !== undefined);
  process.kill(unshare, 'SIGKILL');
  await once(parent, 'exit');
  await eventually('all processes gone', () => processesWith(mark).length === 0 || undefined);
});

test('the relay leads from a port outside to a server inside, and ends with the sandbox', {
  skip: forbidden,
}, async () => {
  const sandbox = await startSandbox({
    program: join(programs, 'server.ts'),
    args: ['8080'],
    relayTo: { host: '127.0.0.1', port: 8080 },
  });
  const url = `http://127.0.0.1:${sandbox.relayPort}/`;
  const body = await eventually('an answer', async () => (await fetch(url)).text());
  assert.equal(body, 'from inside');
  sandbox.stop();
  assert.equal(await sandbox.exited, 130);
  await assert.rejects(fetch(url));
});

test('root finds all users inside whom it knows outside', { skip: forbidden || withoutUsers() }, async () => {
  const known = ownIdMap('uid').reduce((sum, { count }) => sum + count, 0);
  const sandbox = await startSandbox({ program: join(programs, 'users.ts'), args: [String(known)] });
  assert.equal(await sandbox.exited, 0);
});

test("the program's exit code is handed on", { skip: forbidden }, async () => {
  const sandbox = await startSandbox({ program: '-e', args: ['process.exit(7)'] });
  assert.equal(await sandbox.exited, 7);
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
