import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeLibc } from '../../test/support/fake-libc.ts';
import type { HeldKeys, Member } from '../datapath/table.ts';
import type { Message } from '../liveness/message.ts';
import { PulsePort } from './pulse-port.ts';
import { socketAddressOf } from './socket-address.ts';

const key = new Uint8Array(32).fill(7);
const keys: HeldKeys = { send: key, accept: [key] };
const member: Member = {
  ...{ node: 'b', address: '192.0.2.2', port: 7946, incarnation: '000000000000000b' },
  ...{ macs: [], leaseExpired: false },
};
const leave: Message = { type: 'leave' };

/** With how many datagrams it has sent so far, to how many at a time. */
function openPort() {
  const sent: number[] = [];
  const libc = fakeLibc({
    socket: () => 5,
    setsockopt: () => 0,
    bind: () => 0,
    sendmmsg: (_fd, _headers, count) => {
      sent.push(count);
      return count;
    },
  });
  const own = socketAddressOf('192.0.2.1', 7946) ?? assert.fail();
  const port = new PulsePort(libc, { self: 'a', incarnation: '000000000000000a', own, isVerified: () => true });
  return { port, sent };
}

test('a message is sent once there are an address, a key and members', () => {
  const { port, sent } = openPort();
  port.send(['b'], leave);
  port.setMembers([member]);
  port.send(['b'], leave);
  port.setKeys(keys);
  port.send(['b'], leave);
  assert.equal(port.bind(), undefined);
  port.send(['c'], leave);
  assert.deepEqual(sent, []);
  port.send(['b', 'c'], leave);
  assert.deepEqual(sent, [1]);
});

test('nothing is sent while it would not get out, and nothing is made up for', () => {
  const { port, sent } = openPort();
  port.setMembers([member]);
  port.setKeys(keys);
  port.bind();
  port.setSilent(true);
  port.send(['b'], leave);
  port.setSilent(false);
  assert.deepEqual(sent, []);
  port.send(['b'], leave);
  assert.deepEqual(sent, [1]);
});

test('who comes, or goes, is sent to, or not, also by a list of nodes that was sent to before', () => {
  const { port, sent } = openPort();
  const to = ['b', 'c'];
  port.setKeys(keys);
  port.bind();
  port.send(to, leave);
  port.setMembers([member]);
  port.send(to, leave);
  port.setMembers([member, { ...member, node: 'c', address: '192.0.2.3' }]);
  port.send(to, leave);
  port.send(['c'], leave);
  port.setMembers([]);
  port.send(to, leave);
  assert.deepEqual(sent, [1, 2, 1]);
});
