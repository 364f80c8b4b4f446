import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import { test } from 'node:test';

const mark = 'HERALD_TEST_INSIDE_NAMESPACES';
const unshare = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'];

/**
 * Runs this very file again in user, network, mount and pid namespaces of its own, as root and as an ordinary user
 * alike; the results go to the same test runner. True inside. Where namespaces are forbidden, a skipped test says so.
 */
export function enterNamespaces(file: string): boolean {
  if (isInside()) {
    endWithOuter();
    return true;
  }
  const refusal = namespacesRefused();
  if (refusal === undefined) process.exitCode = runInside(file);
  else test.skip(`${file}: user namespaces are forbidden here: ${refusal}`);
  return false;
}

export function isInside(): boolean {
  return process.env[mark] === 'yes';
}

/** Inside: ends this process, and so its namespaces, once the one outside is gone, whatever ended that. */
export function endWithOuter(): void {
  const pipe = new Socket({ fd: 3 });
  pipe.once('close', () => process.exit(1));
  pipe.resume();
  pipe.unref();
}

/** Why there can't be namespaces here; undefined where there can. */
export function namespacesRefused(): string | undefined {
  const { status, stderr } = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}

/** Runs a program in new namespaces; its exit code. */
export function runInside(file: string, args: readonly string[] = []): number {
  const { status } = spawnSync('unshare', [...unshare, process.execPath, ...process.execArgv, file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [mark]: 'yes' },
  });
  return status ?? 1;
}

/** Runs `ip` here; throws what it says on failure. */
export function ip(command: string): string {
  const { status, stdout, stderr } = spawnSync('ip', command.split(' '), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot run ip ${command}: ${stderr.trim()}`);
  return stdout;
}

/** `ip -o link` says "3: peer0@if2: <…"; sysfs may show another namespace's links. */
export function linkIndex(link: string): number {
  return Number.parseInt(ip(`-o link show dev ${link}`), 10);
}
