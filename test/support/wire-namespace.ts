import { spawnSync } from 'node:child_process';

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
