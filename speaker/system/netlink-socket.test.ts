import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeLibc } from '../../test/support/fake-libc.ts';
import { fromHex } from '../../test/support/hex.ts';
import { NetlinkSocket } from './netlink-socket.ts';

const noBuffers = 105;
const again = 11;

const done = (sequence: number): string => `14000000 0300 0200 0${sequence}000000 00000000 00000000`;
const eth0 = (sequence: number): string =>
  `2c000000 1000 0200 0${sequence}000000 00000000 00000100 02000000 43100100 00000000 09000300 6574683000 000000`;

/** A kernel that says these datagrams one after the other (a number is an errno); the types of what it is asked. */
function kernel(...script: (string | number)[]) {
  const asked: string[] = [];
  let reason = again;
  const libc = fakeLibc({
    socket: () => 5,
    bind: () => 0,
    sendto: (_fd, data) => {
      const view = new DataView(data.buffer);
      asked.push(`${view.getUint16(4, true) === 18 ? 'links' : 'addresses'} ${view.getUint32(8, true)}`);
      return data.byteLength;
    },
    recv: (_fd, data) => {
      const next = script.shift() ?? again;
      reason = typeof next === 'number' ? next : 0;
      if (typeof next === 'number') return -1;
      const bytes = fromHex(next);
      new Uint8Array(data.buffer).set(bytes);
      return bytes.length;
    },
    errno: () => reason,
  });
  return { libc, asked };
}

test('both dumps are asked for, one after the other, and the links come out whole', () => {
  const { libc, asked } = kernel(eth0(1), done(1), done(2));
  const links = new NetlinkSocket(libc).receive();
  assert.deepEqual(
    links?.map(({ name, index }) => `${name} ${index}`),
    ['eth0 2'],
  );
  assert.deepEqual(asked, ['links 1', 'addresses 2']);
});

test('after messages were lost, everything is asked for again', () => {
  const { libc, asked } = kernel(eth0(1), done(1), done(2), again, noBuffers, done(3), done(4));
  const socket = new NetlinkSocket(libc);
  assert.equal(socket.receive()?.length, 1);
  assert.deepEqual(socket.receive(), []);
  assert.deepEqual(asked, ['links 1', 'addresses 2', 'links 3', 'addresses 4']);
});

test('what can not be read is asked for again', () => {
  const { libc, asked } = kernel('ff', eth0(2), done(2), done(3));
  assert.equal(new NetlinkSocket(libc).receive()?.length, 1);
  assert.deepEqual(asked, ['links 1', 'links 2', 'addresses 3']);
});

test('a socket that can not subscribe is closed again', () => {
  const closed: number[] = [];
  const libc = fakeLibc({ socket: () => 5, errno: () => 13, close: (fd) => closed.push(fd) });
  assert.throws(() => new NetlinkSocket(libc), { message: 'cannot subscribe to link changes: EACCES' });
  assert.deepEqual(closed, [5]);
});
