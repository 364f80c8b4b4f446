import { readFileSync } from 'node:fs';
import type { UserId } from '../image/dockerfile.ts';

/** Some ids that follow each other, by the first of them: inside of a user namespace, and outside. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Lines of `/proc/<pid>/uid_map` and `gid_map`: user_namespaces(7). */
export function readIdMap(text: string): readonly IdRange[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, count };
    });
}

export function writeIdMap(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, count }) => `${inside} ${outside} ${count}`).join('\n');
}

export function ownIdMap(kind: 'uid' | 'gid'): readonly IdRange[] {
  return readIdMap(readFileSync(`/proc/self/${kind}_map`, 'utf8'));
}

/** Whether programs of this user can run here. */
export function hasUser({ uid, gid }: UserId): boolean {
  return covers(ownIdMap('uid'), uid) && covers(ownIdMap('gid'), gid);
}

/** This user, or root where this user namespace knows no other. */
export function runnableUser(user: UserId): UserId {
  return hasUser(user) ? user : { uid: 0, gid: 0 };
}

function covers(ranges: readonly IdRange[], id: number): boolean {
  return ranges.some(({ inside, count }) => id >= inside && id < inside + count);
}
