import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { hasKubectl, kubectl } from '../cluster/api/kubectl.ts';
import { eventually } from '../cluster/eventually.ts';
import { chooseUnshareMode, SandboxForbiddenError } from '../cluster/sandbox/unshare.ts';
import { processesWith } from '../support/processes.ts';

const root = join(import.meta.dirname, '..', '..');
const program = join(root, 'test', 'cluster', 'playground.ts');
const skip = whyForbidden();

function whyForbidden(): string | false {
  try {
    chooseUnshareMode();
    return false;
  } catch (error) {
    if (error instanceof SandboxForbiddenError) return error.message;
    throw error;
  }
}

interface Running {
  readonly child: ChildProcess;
  /** In the environment of all its processes. */
  readonly mark: string;
}

function start(context: TestContext, command: readonly string[]): Running {
  const value = randomUUID();
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HERALD_TEST_MARK: value, NODE_TEST_CONTEXT: undefined },
  });
  context.after(() => child.kill('SIGKILL'));
  return { child, mark: `HERALD_TEST_MARK=${value}` };
}

/** Waits until the playground waits for Ctrl-C, and returns all that it printed. Goes on reading what comes after. */
async function untilItWaits({ child }: Running): Promise<string> {
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await eventually(
    'the playground is up',
    () => printed.includes('Ctrl-C ends') || child.exitCode !== null || undefined,
    50_000,
  );
  assert.ok(printed.includes('Ctrl-C ends'), printed);
  return printed;
}

function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  });
}

async function assertNothingLeft(mark: string, kubeconfig: string): Promise<void> {
  await eventually('all processes gone', () => processesWith(mark).length === 0 || undefined, 5000);
  await eventually('the kubeconfig removed', () => !existsSync(kubeconfig) || undefined, 5000);
  assert.equal(existsSync('/run/netns/node-a'), false);
}

function kubeconfigIn(printed: string): string {
  const path = /--kubeconfig (\S+)/.exec(printed)?.[1] ?? '';
  assert.ok(existsSync(path), `there is a kubeconfig at ${path}`);
  return path;
}

/** Becomes an ordinary user, where this test runs as root and that user could read the repository. */
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

function whyNotNobody(): string | false {
  if (skip !== false) return skip;
  if (process.getuid?.() !== 0) return 'this is an ordinary user already';
  const [file = '', ...args] = [...asNobody, process.execPath, '-e', 'process.chdir(process.argv[1])', root];
  return spawnSync(file, args).status === 0 ? false : 'the repository is not readable by others';
}

for (const { user, prefix, why } of [
  { user: 'this user', prefix: [], why: skip },
  { user: 'an ordinary user', prefix: asNobody, why: whyNotNobody() },
]) {
  test(`--once as ${user} prints the Service and the page over IPv4 and IPv6`, { skip: why }, async (context) => {
    await assertOnceWorks(start(context, [...prefix, process.execPath, program, '--once']));
  });
}

async function assertOnceWorks(running: Running): Promise<void> {
  const { child } = running;
  assert.ok(child.stdout !== null && child.stderr !== null);
  const [printed, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  assert.equal(code, 0, `${printed}\n${complained}`);
  assert.match(printed, /^web +LoadBalancer +\S+ +192\.168\.10\.90,2001:db8:10::90 +80:/m);
  assert.match(printed, /^http:\/\/192\.168\.10\.90\/: Hello from node-[abc]\./m);
  assert.match(printed, /^http:\/\/\[2001:db8:10::90\]\/: Hello from node-[abc]\./m);
  assert.deepEqual(processesWith(running.mark), []);
}

test('its commands work as printed, and SIGINT ends it with everything', { skip }, async (context) => {
  const running = start(context, [process.execPath, program]);
  const printed = await untilItWaits(running);
  const kubeconfig = kubeconfigIn(printed);
  const asClient = printed.split('\n').filter((line) => /nsenter .*http:/.test(line));
  assert.equal(asClient.length, 2);
  for (const command of asClient) assert.match(await shell(command), /^Hello from node-/);
  if (hasKubectl()) {
    const got = await kubectl(kubeconfig, ['get', 'svc', 'web']);
    assert.match(got.stdout, /^web +LoadBalancer +\S+ +192\.168\.10\.90,2001:db8:10::90 /m, got.stderr);
  }
  const [follow = ''] = printed.split('\n').filter((line) => line.includes('tail -F'));
  const speakers = await shell(follow.replace('tail -F', 'grep -l \'"event":"took-over"\''));
  assert.match(speakers, /speaker-node-[abc]\.log$/m);
  const cables = printed.split('\n').filter((line) => line.includes('the cable of'));
  assert.equal(cables.length, 3);
  for (const cable of cables) {
    await shell(cable);
    await shell(cable.replace(' down ', ' up '));
  }
  running.child.kill('SIGINT');
  const [code] = await once(running.child, 'exit');
  assert.equal(code, 0);
  await assertNothingLeft(running.mark, kubeconfig);
});

test('SIGKILL of the playground leaves nothing behind', { skip }, async (context) => {
  const running = start(context, [process.execPath, program]);
  const kubeconfig = kubeconfigIn(await untilItWaits(running));
  running.child.kill('SIGKILL');
  await assertNothingLeft(running.mark, kubeconfig);
});

test('SIGKILL of the npm that started it leaves nothing behind', { skip }, async (context) => {
  const running = start(context, ['npm', 'run', '--silent', 'playground']);
  const kubeconfig = kubeconfigIn(await untilItWaits(running));
  running.child.kill('SIGKILL');
  await assertNothingLeft(running.mark, kubeconfig);
});
