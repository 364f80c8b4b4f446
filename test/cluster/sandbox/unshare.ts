import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type IdRange, ownIdMap, writeIdMap } from './user-ids.ts';

/** How the namespaces are made here: with a user namespace of our own where that is allowed, else as root without one. */
export interface UnshareMode {
  readonly userNamespace: boolean;
  /** Whether there are other users inside than root. */
  readonly manyUsers: boolean;
  /** The program that is appended runs inside. */
  readonly command: readonly string[];
}

/** This machine does not let us have the namespaces that the sandbox is made of. */
export class SandboxForbiddenError extends Error {
  override readonly name = 'SandboxForbiddenError';
  readonly code = 'SandboxForbidden';
}

const namespaces = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child'] as const;

/** The best first. */
function possibleModes(): readonly UnshareMode[] {
  const root = process.getuid?.() === 0;
  const mapping = root ? mappingByRoot() : mappingBySubordinateIds();
  return [
    ...(mapping === undefined ? [] : [{ userNamespace: true, manyUsers: true, command: withManyUsers(mapping) }]),
    { userNamespace: true, manyUsers: false, command: [...namespaces, '--user', '--map-root-user'] },
    ...(root ? [{ userNamespace: false, manyUsers: true, command: namespaces }] : []),
  ];
}

/**
 * A user namespace that knows more users than root. Its map can only be written from outside, by who may do so: that is a
 * program of a moment, which is gone when the namespace begins to be used.
 */
function withManyUsers(mapping: string): readonly string[] {
  const inside = 'until read -r _ < /proc/self/uid_map; do sleep 0.01; done; exec "$@"';
  const entered = '[ "$(readlink /proc/$$/ns/user)" != "$(readlink /proc/self/ns/user)" ]';
  // Who waits for a map that can not be written is ended.
  const outside = `( ( until ${entered}; do sleep 0.01; done; { ${mapping}; } || kill $$ ) & ); exec "$@"`;
  return ['sh', '-c', outside, 'sh', 'unshare', '--user', 'sh', '-c', inside, 'sh', ...namespaces];
}

/** Root may map whom it knows itself (user_namespaces(7)): everybody stays who he is. The one that is waited for comes last. */
function mappingByRoot(): string {
  const map = (kind: 'uid' | 'gid'): string =>
    writeIdMap(ownIdMap(kind).map(({ inside, count }) => ({ inside, outside: inside, count })));
  return `printf '${map('gid')}' > /proc/$$/gid_map && printf '${map('uid')}' > /proc/$$/uid_map`;
}

/** An ordinary user is root inside, and the ids that the machine's root has set aside for him follow (subuid(5)). */
function mappingBySubordinateIds(): string | undefined {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const username = userNameOf(uid);
  const [users, groups] = [subordinateIds('/etc/subuid', username, uid), subordinateIds('/etc/subgid', username, uid)];
  if (users === undefined || groups === undefined) return undefined;
  const map = (own: number, { outside, count }: IdRange): string => `$$ 0 ${own} 1 1 ${outside} ${count}`;
  return `newgidmap ${map(gid, groups)} && newuidmap ${map(uid, users)}`;
}

/** A container's user need not have a name. */
function userNameOf(uid: number): string | undefined {
  const lines = (readSetting('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  return lines.find((fields) => fields[2] === String(uid))?.[0];
}

function subordinateIds(file: string, username: string | undefined, uid: number): IdRange | undefined {
  for (const line of (readSetting(file) ?? '').split('\n')) {
    const [owner, outside, count] = line.split(':');
    if (owner !== username && owner !== String(uid)) continue;
    return { inside: 1, outside: Number(outside), count: Number(count) };
  }
  return undefined;
}

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
  for (const mode of possibleModes()) {
    const [program = '', ...args] = mode.command;
    const tried = spawnSync(program, [...args, 'sh', '-c', prepareScript, 'sh', 'true'], {
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
