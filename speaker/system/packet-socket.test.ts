import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fakeLibc } from '../../test/support/fake-libc.ts';
import { arpFilter } from './bpf.ts';
import type { Libc, Memory } from './libc.ts';
import { PacketSocket } from './packet-socket.ts';

const options = { etherType: 0x0806, filter: arpFilter };
const headerSize = 64;

function open(calls: Partial<Libc>): PacketSocket {
  return new PacketSocket(fakeLibc({ socket: () => 5, bind: () => 0, setsockopt: () => 0, ...calls }), options);
}

/** Which slot of the ring a call starts at. */
function slotOf(headers: Memory): number {
  return headers.byteOffset / headerSize;
}

/** Writes what the kernel says of a message that came in: its length, its flags. */
function arrive(headers: Memory, slot: number, length: number, flags = 0): void {
  const view = new DataView(headers.buffer);
  view.setInt32(slot * headerSize + 48, flags, true);
  view.setUint32(slot * headerSize + 56, length, true);
}

describe('opening', () => {
  test('the filter stands before the socket is bound, so nothing unfiltered comes in', () => {
    const calls: string[] = [];
    open({
      socket: (_domain, _type, protocol) => {
        calls.push(`socket ${protocol}`);
        return 5;
      },
      setsockopt: (_fd, level, name) => {
        calls.push(`setsockopt ${level} ${name}`);
        return 0;
      },
      bind: (_fd, address) => {
        calls.push(`bind ${new DataView(address.buffer).getUint16(2).toString(16)}`);
        return 0;
      },
    });
    assert.deepEqual(calls, ['socket 0', 'setsockopt 1 26', 'setsockopt 263 23', 'setsockopt 1 8', 'bind 806']);
  });

  test('without the capability it says so, and leaves nothing open', () => {
    const closed: number[] = [];
    const libc = fakeLibc({ errno: () => 1, close: (fd) => closed.push(fd) });
    assert.throws(() => new PacketSocket(libc, options), {
      code: 'SystemCall',
      errno: 1,
      message: 'cannot open a packet socket, which takes CAP_NET_RAW: EPERM',
    });
    const halfway = fakeLibc({ socket: () => 5, setsockopt: () => 0, errno: () => 1, close: (fd) => closed.push(fd) });
    assert.throws(() => new PacketSocket(halfway, options), { message: 'cannot bind a packet socket: EPERM' });
    assert.deepEqual(closed, [5]);
  });
});

describe('sending', () => {
  /** Pushes so many frames and flushes; "slot+count" for each call, where the kernel takes what `take` says. */
  function send(frames: number, take: (slot: number, count: number) => number): { calls: string[]; failures: number } {
    const calls: string[] = [];
    const socket = open({
      sendmmsg: (_fd, headers, count) => {
        calls.push(`${slotOf(headers)}+${count}`);
        return take(slotOf(headers), count);
      },
      errno: () => 105,
    });
    for (let n = 0; n < frames; n += 1) {
      socket.next().length = 42;
      socket.push();
    }
    socket.flush();
    return { calls, failures: socket.counters('arp')['arp.sendFailures'] ?? 0 };
  }

  const table = [
    { name: 'all at once', frames: 3, take: (_: number, count: number) => count, calls: ['0+3'], failures: 0 },
    { name: 'nothing where nothing was pushed', frames: 0, take: () => 0, calls: [], failures: 0 },
    {
      name: 'the rest, where only some were taken',
      frames: 3,
      take: () => 1,
      calls: ['0+3', '1+2', '2+1'],
      failures: 0,
    },
    {
      name: 'the others, where one is refused',
      frames: 3,
      take: (slot: number, count: number) => (slot === 0 ? 1 : slot === 1 ? -1 : count),
      calls: ['0+3', '1+2', '2+1'],
      failures: 1,
    },
    {
      name: 'a full ring by itself',
      frames: 65,
      take: (_: number, count: number) => count,
      calls: ['0+64', '0+1'],
      failures: 0,
    },
  ];
  for (const { name, frames, take, calls, failures } of table) {
    test(`sends ${name}`, () => assert.deepEqual(send(frames, take), { calls, failures }));
  }
});

describe('receiving', () => {
  /** Frame lengths that are handed over, and how many each call asked for. */
  function receive(arriving: number, flags = 0): { lengths: number[]; asked: number[]; more: boolean } {
    const lengths: number[] = [];
    const asked: number[] = [];
    let left = arriving;
    const socket = open({
      recvmmsg: (_fd, headers, count) => {
        asked.push(count);
        if (left === 0) return -1;
        const now = Math.min(count, left);
        left -= now;
        for (let slot = 0; slot < now; slot += 1) arrive(headers, slot, 60, flags);
        return now;
      },
      errno: () => 11,
    });
    const more = socket.receive((frame) => lengths.push(frame.length));
    return { lengths, asked, more };
  }

  test('one frame is handed over before another is looked for', () => {
    assert.deepEqual(receive(1), { lengths: [60], asked: [1, 4], more: false });
  });

  test('a burst is read in growing batches, up to a bound per call', () => {
    assert.deepEqual(receive(30).asked, [1, 4, 16, 64]);
    const { lengths, asked, more } = receive(1_000);
    assert.deepEqual(asked, [1, 4, 16, 64, 64, 64]);
    assert.equal(lengths.length, 213);
    assert.equal(more, true);
  });

  test('a frame that did not fit is handed over as one without octets', () => {
    assert.deepEqual(receive(1, 0x20).lengths, [0]);
  });

  test('an interface that is down is no failure, a closed socket is', () => {
    const down = open({ errno: () => 100 });
    assert.equal(
      down.receive(() => undefined),
      false,
    );
    const closed = open({ errno: () => 9 });
    assert.throws(() => closed.receive(() => undefined), { message: 'cannot read a packet socket: EBADF' });
  });
});
