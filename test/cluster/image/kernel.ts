import { getSystemErrorMessage } from 'node:util';
import koffi from 'koffi';
import type { UserId } from './dockerfile.ts';

/* From linux/mount.h, linux/sched.h, linux/prctl.h and linux/fcntl.h. */
const CLONE_NEWNS = 0x0002_0000;
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_PRIVATE = 0x4_0000;
const MNT_DETACH = 2;
const AT_FDCWD = -100;
const AT_RECURSIVE = 0x8000;
const MOUNT_ATTR_RDONLY = 1n;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
/** The same on every architecture that is younger than it. */
const mountSetattrNumber = 442;

const library = koffi.load(null);
const libc = {
  unshare: library.func('int unshare(int flags)'),
  mount: library.func('int mount(str source, str target, str type, ulong flags, void *data)'),
  umount2: library.func('int umount2(str target, int flags)'),
  pivot_root: library.func('int pivot_root(str newRoot, str putOld)'),
  // glibc has a name for it from 2.36 on only.
  mount_setattr: library.func(
    'long syscall(long number, int folder, str path, uint flags, void *attributes, size_t size)',
  ),
  setgroups: library.func('int setgroups(size_t count, void *groups)'),
  setgid: library.func('int setgid(uint gid)'),
  setuid: library.func('int setuid(uint uid)'),
  prctl: library.func('int prctl(int option, ulong value, ulong third, ulong fourth, ulong fifth)'),
};

/** This thread's mounts are from now on its own. */
export function privateMounts(): void {
  check('unshare', libc.unshare(CLONE_NEWNS));
  check('mount /', libc.mount('none', '/', null, MS_REC | MS_PRIVATE, null));
}

/** With all that is mounted below. */
export function bindMount(source: string, target: string): void {
  check(`bind ${source} to ${target}`, libc.mount(source, target, null, MS_BIND | MS_REC, null));
}

/** Leaves all other attributes as they are: a user namespace may not take away those that it came with. */
export function makeReadOnly(target: string, which: 'itself' | 'all'): void {
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd (mount_setattr(2)).
  const attributes = new BigUint64Array([MOUNT_ATTR_RDONLY, 0n, 0n, 0n]);
  const flags = which === 'all' ? AT_RECURSIVE : 0;
  const done = libc.mount_setattr(mountSetattrNumber, AT_FDCWD, target, flags, attributes, attributes.byteLength);
  check(`make ${target} read-only`, done);
}

/** The working directory, a mount, becomes the root, and nothing is left of the old one: pivot_root(2), "pivot_root(".", ".")". */
export function swapRoot(): void {
  check('pivot_root', libc.pivot_root('.', '.'));
  check('umount the old root', libc.umount2('.', MNT_DETACH));
}

/** From the set that limits what root gets of them when a program starts (capabilities(7)). */
export function dropCapability(capability: number): void {
  check(`drop capability ${capability}`, libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0));
}

/** Of supplementary groups none is left. */
export function leaveGroups(): void {
  check('leave all groups', libc.setgroups(0, null));
}

/** Any other user than root loses all capabilities with it (capabilities(7)). */
export function becomeUser({ uid, gid }: UserId): void {
  check(`set group ${gid}`, libc.setgid(gid));
  check(`set user ${uid}`, libc.setuid(uid));
}

export function setNoNewPrivileges(): void {
  check('set no_new_privs', libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

function check(what: string, result: number): void {
  if (result === -1) throw new Error(`cannot ${what}: ${getSystemErrorMessage(-koffi.errno())}`);
}
