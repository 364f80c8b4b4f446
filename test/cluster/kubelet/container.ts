/** How a program of the image is started, by what a container runtime would do with its files. */
export interface ContainerOptions {
  /** The image's files. */
  readonly image: string;
  /** Mounted at /var/run/secrets. */
  readonly secrets: string;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: all of them. */
  readonly capabilities: readonly string[] | undefined;
  readonly args: readonly string[];
}

const enterScript = [
  'set -e',
  'image=$1 secrets=$2; shift 2',
  'mount --bind "$image" "$image"',
  'mount --rbind /proc "$image/proc"',
  'mount --rbind /sys "$image/sys"',
  'mount --bind "$secrets" "$image/var/run/secrets"',
  'mount -o remount,bind,ro "$image"',
  'exec env -i "PATH=$PATH" "$@"',
].join('\n');

/** The root is read-only, and of the environment nothing is left but what is given. */
export function containerCommand({ image, secrets, env, capabilities, args }: ContainerOptions): readonly string[] {
  const variables = Object.entries({ NODE_ENV: 'production', ...env }).map(([name, value]) => `${name}=${value}`);
  // Entering the image takes a capability too, which the program keeps.
  const kept = capabilities === undefined ? undefined : [...capabilities, 'sys_chroot'];
  const [bundle = '', ...rest] = args;
  return [
    ...['unshare', '--mount', '--', 'sh', '-c', enterScript, 'sh', image, secrets],
    ...variables,
    ...withCapabilities(kept),
    ...['chroot', image, '/usr/bin/node', `/app/${bundle}`, ...rest],
  ];
}

/** What a runtime leaves of them to a container; the user stays root, as the sandbox knows no other. */
export function withCapabilities(kept: readonly string[] | undefined): readonly string[] {
  if (kept === undefined) return [];
  const bounding = ['-all', ...kept.map((name) => `+${name}`)].join(',');
  return ['setpriv', `--bounding-set=${bounding}`, '--inh-caps=-all', '--no-new-privs', '--'];
}
