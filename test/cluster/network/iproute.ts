import { execFile } from 'node:child_process';

/** A network namespace by its name; undefined is the sandbox's own, where the bridge is. */
export type Netns = string | undefined;

/** The command that runs `command` in the namespace. `nsenter` becomes the program, so the pid is the program's. */
export function inNetns(netns: Netns, command: readonly string[]): readonly [string, ...string[]] {
  const [program = 'true', ...args] = command;
  return netns === undefined ? [program, ...args] : ['nsenter', `--net=/run/netns/${netns}`, '--', program, ...args];
}

/** Runs a command in a namespace to its end and returns its output; throws with what it wrote to stderr. */
export function run(netns: Netns, command: readonly string[], input = ''): Promise<string> {
  const [program, ...args] = inNetns(netns, command);
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`cannot run ${command.join(' ')} in ${netns ?? 'the sandbox'}: ${stderr.trim()}`));
    });
    // A command that ends before it has read everything says why by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Runs lines of `ip` commands at one go (ip(8), -batch). */
export async function ipBatch(netns: Netns, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await run(netns, ['ip', '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Sets sysctls of the namespace, named as below /proc/sys. */
export async function setSysctls(netns: Netns, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `echo ${value} > /proc/sys/${name}`);
  await run(netns, ['sh', '-e'], `${lines.join('\n')}\n`);
}
