import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fakeLibc } from '../../test/support/fake-libc.ts';
import { DatagramSocket } from './datagram-socket.ts';
import { type Libc, loadLibc } from './libc.ts';
import { type SocketAddress, socketAddressOf } from './socket-address.ts';

function addressOf(ip: string, port: number): SocketAddress {
  return socketAddressOf(ip, port) ?? assert.fail(ip);
}

async function listen(): Promise<{ readonly socket: Socket; readonly address: SocketAddress }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, address: addressOf('127.0.0.1', socket.address().port) };
}

/** On a port that the kernel chooses. */
function openReal(): DatagramSocket {
  const socket = new DatagramSocket(loadLibc(), addressOf('127.0.0.1', 0), 1_232);
  assert.equal(socket.bind(), undefined);
  return socket;
}

function openFake(calls: Partial<Libc>): DatagramSocket {
  const libc = fakeLibc({ socket: () => 5, setsockopt: () => 0, bind: () => 0, ...calls });
  return new DatagramSocket(libc, addressOf('192.0.2.1', 7946), 1_232);
}

describe('a real socket', () => {
  test('sends one datagram to many, and reads what comes back, each with its own octets', async () => {
    const ours = openReal();
    const [one, other] = [await listen(), await listen()];
    const [first, second] = [once(one.socket, 'message'), once(other.socket, 'message')];
    ours.send(new Uint8Array([1, 2, 3]), [one.address, other.address]);
    for (const arrival of [first, second]) assert.deepEqual([...(await arrival)[0]], [1, 2, 3]);
    assert.deepEqual(ours.counters(), { sent: 2, sentOctets: 6, sendFailures: 0, kernelDrops: 0 });
    const [, from] = await first;
    const sent: Promise<unknown>[] = [];
    for (let n = 0; n < 150; n += 1) {
      sent.push(new Promise((resolve) => one.socket.send(new Uint8Array(n).fill(n), from.port, '127.0.0.1', resolve)));
    }
    await Promise.all(sent);
    const lengths: number[] = [];
    ours.receive((bytes) => {
      assert.ok(bytes.every((octet) => octet === bytes.length));
      lengths.push(bytes.length);
    });
    assert.deepEqual(
      lengths,
      Array.from({ length: 150 }, (_, n) => n),
    );
    for (const { socket } of [one, other]) socket.close();
    ours.close();
  });

  test('hands over a datagram that is too long as one without octets', async () => {
    const ours = openReal();
    const { socket, address } = await listen();
    const arrival = once(socket, 'message');
    ours.send(new Uint8Array(1), [address]);
    const { port } = (await arrival)[1];
    await new Promise((resolve) => socket.send(new Uint8Array(1_233), port, '127.0.0.1', resolve));
    await new Promise((resolve) => socket.send(new Uint8Array(1_232), port, '127.0.0.1', resolve));
    const lengths: number[] = [];
    ours.receive((bytes) => lengths.push(bytes.length));
    assert.deepEqual(lengths, [0, 1_232]);
    socket.close();
    ours.close();
  });

  test('that finds its port taken says so, and may be bound later', async () => {
    const { socket, address } = await listen();
    const ours = new DatagramSocket(loadLibc(), address, 1_232);
    assert.equal(ours.bind()?.message, 'cannot bind the UDP socket of pulses: EADDRINUSE');
    assert.equal(ours.bound, false);
    socket.close();
    await once(socket, 'close');
    assert.equal(ours.bind(), undefined);
    assert.equal(ours.bound, true);
    ours.close();
  });

  test('is marked as what keeps the network alive', () => {
    const libc = loadLibc();
    const read = (fd: number, level: number, option: number): number => {
      const value = new DataView(new ArrayBuffer(4));
      const length = new DataView(new ArrayBuffer(4));
      length.setInt32(0, 4, true);
      libc.getsockopt(fd, level, option, value, length);
      return value.getInt32(0, true);
    };
    const ours = openReal();
    assert.equal(read(ours.fd, 0, 1), 0xc0);
    assert.equal(read(ours.fd, 1, 12), 6);
    ours.close();
  });
});

describe('sending', () => {
  /** What each call of sendmmsg is asked for, with the slot it starts at; `takes` says what it returns. */
  function send(count: number, takes: (slot: number, asked: number) => number) {
    const calls: string[] = [];
    const socket = openFake({
      sendmmsg: (_fd, headers, asked) => {
        const slot = headers.byteOffset / 64;
        calls.push(`${slot}+${asked}`);
        return takes(slot, asked);
      },
      errno: () => 1,
    });
    socket.send(new Uint8Array(68), new Array(count).fill(addressOf('192.0.2.2', 7946)));
    const { sent, sentOctets, sendFailures } = socket.counters();
    return { calls, sent, sentOctets, sendFailures };
  }

  const table = [
    {
      name: 'to few: one call',
      count: 3,
      takes: (_: number, asked: number) => asked,
      calls: ['0+3'],
      sent: 3,
      failures: 0,
    },
    {
      name: 'to many: a call for each 64',
      count: 130,
      takes: (_: number, asked: number) => asked,
      calls: ['0+64', '0+64', '0+2'],
      sent: 130,
      failures: 0,
    },
    {
      name: 'to one that a firewall forbids: the others have theirs',
      count: 3,
      takes: (slot: number, asked: number) => (slot === 0 ? 1 : slot === 1 ? -1 : asked),
      calls: ['0+3', '1+2', '2+1'],
      sent: 2,
      failures: 1,
    },
    { name: 'to nobody: no call', count: 0, takes: () => 0, calls: [], sent: 0, failures: 0 },
  ];
  for (const { name, count, takes, calls, sent, failures } of table) {
    test(name, () => {
      assert.deepEqual(send(count, takes), { calls, sent, sentOctets: sent * 68, sendFailures: failures });
    });
  }

  test('to an address of the other family is a failure of that one alone', () => {
    let asked = 0;
    const socket = openFake({
      sendmmsg: (_fd, _headers, count) => {
        asked += count;
        return count;
      },
    });
    socket.send(new Uint8Array(1), [addressOf('2001:db8::2', 7946), addressOf('192.0.2.2', 7946)]);
    assert.equal(asked, 1);
    assert.equal(socket.counters().sendFailures, 1);
  });
});

describe('receiving', () => {
  test('goes on until the queue is empty, and yet not for ever', () => {
    let calls = 0;
    const flooded = openFake({
      recvmmsg: (_fd, _headers, count) => {
        calls += 1;
        return count;
      },
    });
    flooded.receive(() => undefined);
    assert.equal(calls, 64);
  });

  test('fails where the descriptor is none', () => {
    const closed = openFake({ errno: () => 9 });
    assert.throws(() => closed.receive(() => undefined), { message: 'cannot read a UDP socket: EBADF' });
  });
});
