import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of a running program. */
export interface Confinement {
  readonly uid: number;
  readonly gid: number;
  /** Of capabilities: bits by number, in hexadecimal digits (proc(5)). */
  readonly effective: string;
  readonly bounding: string;
  readonly noNewPrivileges: boolean;
  readonly readOnlyRoot: boolean;
  /** What it sees at its root. */
  readonly root: readonly string[];
}

export function confinementOf(pid: number): Confinement {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  // proc(5): the fifth field is where it is mounted, the sixth how.
  const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[4] === '/');
  return {
    uid: Number(field('Uid')),
    gid: Number(field('Gid')),
    effective: field('CapEff'),
    bounding: field('CapBnd'),
    noNewPrivileges: field('NoNewPrivs') === '1',
    readOnlyRoot: root?.[5]?.split(',').includes('ro') === true,
    root: readdirSync(`/proc/${pid}/root`).sort(),
  };
}
