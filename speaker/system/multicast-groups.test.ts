import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeLibc } from '../../test/support/fake-libc.ts';
import { toHex } from '../../test/support/hex.ts';
import { MulticastGroups } from './multicast-groups.ts';

const noBuffers = 105;

/** A kernel whose sockets hold two memberships each; "fd join|leave group%interface" of what succeeded. */
function kernel() {
  const changes: string[] = [];
  const held = new Map<number, number>();
  const libc = fakeLibc({
    socket: () => 10 + held.size,
    setsockopt: (fd, _level, name, value) => {
      const count = held.get(fd) ?? 0;
      const joins = name === 20;
      if (joins && count === 2) return -1;
      held.set(fd, joins ? count + 1 : count - 1);
      const bytes = new Uint8Array(value.buffer);
      changes.push(`${fd} ${joins ? 'join' : 'leave'} ${toHex(bytes.slice(13, 16))}%${bytes[16]}`);
      return 0;
    },
    errno: () => noBuffers,
  });
  return { libc, changes };
}

function memberships(...suffixes: readonly number[]) {
  return new Map(suffixes.map((suffix) => [2 * 0x1000000 + suffix, { interfaceIndex: 2, suffix }]));
}

test('a full socket is followed by another, and each membership is left on its own', () => {
  const { libc, changes } = kernel();
  const groups = new MulticastGroups(libc);
  groups.want(memberships(1, 2, 3));
  assert.equal(groups.advance(), false);
  groups.want(memberships(2));
  groups.advance();
  assert.deepEqual(changes, [
    '10 join 000001%2',
    '10 join 000002%2',
    '11 join 000003%2',
    '10 leave 000001%2',
    '11 leave 000003%2',
  ]);
  assert.equal(groups.failures, 0);
});

test('room that earlier memberships left is used before another socket is opened', () => {
  const { libc, changes } = kernel();
  const groups = new MulticastGroups(libc);
  groups.want(memberships(1, 2, 3, 4));
  groups.advance();
  groups.want(memberships(2, 3, 4));
  groups.advance();
  groups.want(memberships(2, 3, 4, 5));
  groups.advance();
  assert.equal(changes.at(-1), '10 join 000005%2');
});

test('many are changed little by little', () => {
  const { libc, changes } = kernel();
  const groups = new MulticastGroups(libc);
  groups.want(memberships(...Array.from({ length: 70 }, (_, n) => n)));
  assert.equal(groups.advance(), true);
  assert.equal(changes.length, 32);
  assert.equal(groups.advance(), true);
  assert.equal(groups.advance(), false);
  assert.equal(changes.length, 70);
});

test('what is wanted no longer is not joined after all', () => {
  const { libc, changes } = kernel();
  const groups = new MulticastGroups(libc);
  groups.want(memberships(...Array.from({ length: 70 }, (_, n) => n)));
  groups.advance();
  groups.want(memberships());
  while (groups.advance());
  assert.equal(changes.filter((change) => change.includes('join')).length, 32);
  assert.equal(changes.filter((change) => change.includes('leave')).length, 32);
});

test('a membership that can not be had is counted, and tried again when something changes', () => {
  let refuse = true;
  const libc = fakeLibc({ socket: () => 10, setsockopt: () => (refuse ? -1 : 0), errno: () => 19 });
  const groups = new MulticastGroups(libc);
  groups.want(memberships(1));
  groups.advance();
  assert.equal(groups.failures, 1);
  refuse = false;
  groups.want(memberships(1));
  groups.advance();
  assert.equal(groups.failures, 0);
});
