import { createSocket } from 'node:dgram';
import { etherType } from '../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../speaker/datapath/frame.ts';
import { arpFilter, ndpFilter } from '../../speaker/system/bpf.ts';
import { loadLibc } from '../../speaker/system/libc.ts';
import { PacketSocket } from '../../speaker/system/packet-socket.ts';
import { ip, linkIndex } from './wire-namespace.ts';
import type { PeerReply, PeerRequest } from './wire-peer-message.ts';

/* A station on the other end of a link, in a network namespace of its own: it does what the test asks over IPC. */

const libc = loadLibc();
const sockets = {
  arp: new PacketSocket(libc, { etherType: etherType.arp, filter: arpFilter }),
  ndp: new PacketSocket(libc, { etherType: etherType.ipv6, filter: ndpFilter }),
};

function reply(message: PeerReply): void {
  process.send?.(message);
}

function forward(frame: Frame): void {
  const bytes = Buffer.from(frame.view.buffer, frame.view.byteOffset, frame.length);
  reply({ type: 'frame', hex: bytes.toString('hex'), link: frame.interfaceIndex, atMs: Date.now() });
}

function watch(): void {
  setInterval(() => {
    for (const socket of Object.values(sockets)) while (socket.receive(forward));
  }, 2);
}

function send(link: string, hex: string): void {
  const frame = sockets.arp.next();
  const bytes = Buffer.from(hex, 'hex');
  for (const [offset, octet] of bytes.entries()) frame.view.setUint8(offset, octet);
  frame.length = bytes.length;
  frame.interfaceIndex = linkIndex(link);
  sockets.arp.push();
  sockets.arp.flush();
}

async function datagram({ address, port, hex }: Extract<PeerRequest, { type: 'datagram' }>): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => socket.send(Buffer.from(hex, 'hex'), port, address, () => resolve()));
  socket.close();
}

async function perform(request: PeerRequest): Promise<string> {
  switch (request.type) {
    case 'open':
      watch();
      return '';
    case 'ip':
      return ip(request.command);
    case 'send':
      send(request.link, request.hex);
      return '';
    case 'datagram':
      await datagram(request);
      return '';
  }
}

process.on('message', (request: PeerRequest) => {
  perform(request).then(
    (output) => reply({ type: 'done', id: request.id, output }),
    (error) => reply({ type: 'failed', id: request.id, why: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
reply({ type: 'done', id: 0, output: 'ready' });
