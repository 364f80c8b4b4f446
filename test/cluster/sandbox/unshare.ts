import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How `unshare` is called here: with a user namespace of our own where that is allowed, else as root without one. */
export interface UnshareMode {
  readonly userNamespace: boolean;
  readonly flags: readonly string[];
}

/** This machine does not let us have the namespaces that the sandbox is made of. */
export class SandboxForbiddenError extends Error {
  override readonly name = 'SandboxForbiddenError';
  readonly code = 'SandboxForbidden';
}

const namespaceFlags = ['--net', '--mount', '--pid', '--fork', '--kill-child'] as const;
const modes: readonly UnshareMode[] = [
  { userNamespace: true, flags: ['--user', '--map-root-user', ...namespaceFlags] },
  { userNamespace: false, flags: namespaceFlags },
];

/**
 * Prepares the namespaces and then becomes the program given as arguments. The machine's own /proc stays visible
 * below /run/host-proc, so that pids can be told as the user sees them. All scratch lies on the tmpfs at /run, which
 * goes away with the namespace.
 */
export const prepareScript = [
  'set -e',
  'mount -t tmpfs -o mode=755 tmpfs /run',
  'mkdir -p /run/host-proc /run/herald/home /run/herald/tmp',
  'mount --rbind /proc /run/host-proc',
  'mount -t proc proc /proc',
  'ip link set lo up',
  'exec "$@"',
].join('\n');

/** For an ordinary user `ip` may lie outside of PATH. */
export const searchPath = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);

function assertInstalled(): void {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const missing = Object.entries({ unshare: 'util-linux', nsenter: 'util-linux', mount: 'util-linux', ip: 'iproute2' })
    .filter(([program]) => !folders.some((folder) => existsSync(join(folder, program))))
    .map(([program, owner]) => `${program} (of ${owner})`);
  if (missing.length > 0) throw new SandboxForbiddenError(`cannot make namespaces: install ${missing.join(', ')}`);
}

/** Finds a mode that works on this machine by trying it; throws `SandboxForbiddenError` with the remedy. */
export function chooseUnshareMode(): UnshareMode {
  assertInstalled();
  const complaints: string[] = [];
  for (const mode of modes) {
    if (!mode.userNamespace && process.getuid?.() !== 0) continue;
    const tried = spawnSync('unshare', [...mode.flags, 'sh', '-c', prepareScript, 'sh', 'true'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: searchPath },
    });
    if (tried.status === 0) return mode;
    complaints.push(tried.stderr.trim());
  }
  throw new SandboxForbiddenError(
    `cannot make namespaces: ${complaints.join('; ')}\n${remedy(process.getuid?.() === 0)}`,
  );
}

function remedy(root: boolean): string {
  if (root) return 'A container needs CAP_SYS_ADMIN and a seccomp profile that allows unshare (docker: --privileged).';
  const commands = Object.entries({
    'user.max_user_namespaces': { path: '/proc/sys/user/max_user_namespaces', bad: '0', good: '65536' },
    'kernel.unprivileged_userns_clone': { path: '/proc/sys/kernel/unprivileged_userns_clone', bad: '0', good: '1' },
    'kernel.apparmor_restrict_unprivileged_userns': {
      path: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      bad: '1',
      good: '0',
    },
  })
    .filter(([, { path, bad }]) => readSetting(path) === bad)
    .map(([name, { good }]) => `sudo sysctl -w ${name}=${good}`);
  const allow = commands.length === 0 ? '' : ` or allow them: ${commands.join(' && ')}`;
  return `Unprivileged user namespaces are not available here. Run this as root${allow}`;
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // The kernel does not have this setting.
    return undefined;
  }
}
