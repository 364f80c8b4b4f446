/**
 * Does what a container runtime does with an image's files, and then becomes the program, which so keeps this pid:
 * `node enter.ts SPEC [ARGS]`. It needs the powers of root in its user namespace; what is left of them is what SPEC says.
 * https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chdir, execve } from 'node:process';
import type { ContainerSpec } from './container.ts';
import {
  becomeUser,
  bindMount,
  dropCapability,
  leaveGroups,
  makeReadOnly,
  privateMounts,
  setNoNewPrivileges,
  swapRoot,
} from './kernel.ts';

/** capabilities(7), linux/capability.h: those that the chart can name. */
const capabilityNumbers: Readonly<Record<string, number>> = { net_raw: 13 };

const [given = '', ...args] = process.argv.slice(2);
const spec = JSON.parse(given) as ContainerSpec;
if (spec.image !== undefined) mountAll(spec.image, spec);
limit(spec);
const [program = '', ...before] = spec.entrypoint;
if (execve === undefined) throw new Error('cannot start the program: this Node has no execve');
execve(program, [program, ...before, ...args], spec.env);

function mountAll(image: string, { mounts, readOnlyRoot, capabilities, workingDirectory }: ContainerSpec): void {
  privateMounts();
  bindMount(image, image);
  // The kernel does not let a user namespace show a part of /proc or /sys without what is mounted above it: all of it, then.
  for (const folder of ['/proc', '/sys']) bindMount(folder, join(image, folder));
  for (const [target, source] of Object.entries(mounts)) {
    bindMount(source, join(image, target));
    makeReadOnly(join(image, target), 'all');
  }
  const privileged = capabilities === undefined;
  if (!privileged) {
    makeReadOnly(join(image, 'sys'), 'all');
    bindMount(join(image, 'proc/sys'), join(image, 'proc/sys'));
    makeReadOnly(join(image, 'proc/sys'), 'all');
  }
  if (readOnlyRoot) makeReadOnly(image, 'itself');
  chdir(image);
  swapRoot();
  chdir(workingDirectory);
}

function limit({ capabilities, user, noNewPrivileges }: ContainerSpec): void {
  if (capabilities !== undefined) {
    const kept = capabilities.map(numberOf);
    const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
    for (let capability = 0; capability <= last; capability += 1) {
      if (!kept.includes(capability)) dropCapability(capability);
    }
  }
  // Where an ordinary user made the namespace alone, the kernel refuses this (user_namespaces(7)).
  if (readFileSync('/proc/self/setgroups', 'utf8').trim() === 'allow') leaveGroups();
  becomeUser(user);
  if (noNewPrivileges) setNoNewPrivileges();
}

function numberOf(name: string): number {
  const number = capabilityNumbers[name];
  if (number === undefined) throw new Error(`cannot leave it capability ${name}: its number is not known here`);
  return number;
}
