import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const mark = 'HERALD_TEST_INSIDE_NAMESPACES';
const unshare = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'];

/**
 * Runs this very file again in user, network, mount and pid namespaces of its own, as root and as an ordinary user
 * alike; the results go to the same test runner. True inside. Where namespaces are forbidden, a skipped test says so.
 */
export function enterNamespaces(file: string): boolean {
  if (process.env[mark] === 'yes') return true;
  const probe = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' });
  if (probe.status !== 0) {
    test.skip(`${file}: user namespaces are forbidden here: ${probe.stderr.trim()}`);
    return false;
  }
  const { status } = spawnSync('unshare', [...unshare, process.execPath, ...process.execArgv, file], {
    stdio: 'inherit',
    env: { ...process.env, [mark]: 'yes' },
  });
  process.exitCode = status ?? 1;
  return false;
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
