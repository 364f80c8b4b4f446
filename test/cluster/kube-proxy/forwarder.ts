import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import type { AnyAddressSockets } from './any-address-socket.ts';
import { type Backend, familyOf, type Listener } from './forwarding.ts';

interface Running {
  backends: readonly Backend[];
  readonly close: () => void;
}

/** A UDP client's path is forgotten after this long without a datagram. */
const udpIdleMs = 10_000;

/** Forwards connections and datagrams to backends in user space, each new one to the next backend in turn. */
export class Forwarder {
  readonly #sockets: AnyAddressSockets;
  /** One per listener of the plan. */
  readonly #running = new Map<string, Running>();

  constructor(sockets: AnyAddressSockets) {
    this.#sockets = sockets;
  }

  /** Makes what runs equal to what is wanted. Connections under way are left alone. Returns what could not be opened. */
  apply(listeners: readonly Listener[]): readonly string[] {
    const wanted = new Map(listeners.map((listener) => [keyOf(listener), listener]));
    for (const [key, running] of this.#running) {
      if (wanted.has(key)) continue;
      running.close();
      this.#running.delete(key);
    }
    const problems: string[] = [];
    for (const [key, listener] of wanted) {
      const running = this.#running.get(key);
      if (running !== undefined) running.backends = listener.backends;
      else this.#open(key, listener, problems);
    }
    return problems;
  }

  #open(key: string, listener: Listener, problems: string[]): void {
    try {
      const fd = this.#sockets.open(listener.protocol, listener.address, listener.port);
      this.#running.set(key, listener.protocol === 'TCP' ? forwardTcp(fd, listener) : forwardUdp(fd, listener));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
}

function keyOf({ protocol, address, port }: Listener): string {
  return `${protocol} ${address} ${port}`;
}

function turns(running: Running): () => Backend | undefined {
  let turn = Math.floor(Math.random() * 16);
  return () => running.backends[turn++ % Math.max(1, running.backends.length)];
}

function forwardTcp(fd: number, listener: Listener): Running {
  const server = createServer({ allowHalfOpen: true });
  const running: Running = { backends: listener.backends, close: () => server.close() };
  const next = turns(running);
  server.on('connection', (inbound) => {
    const backend = next();
    if (backend === undefined) inbound.resetAndDestroy();
    else splice(inbound, connect({ host: backend.address, port: backend.port, allowHalfOpen: true }));
  });
  server.on('error', (error) => console.error(`${keyOf(listener)}: ${error.message}`));
  server.listen({ fd });
  return running;
}

function splice(inbound: Socket, outbound: Socket): void {
  inbound.on('error', () => outbound.destroy());
  outbound.on('error', () => inbound.resetAndDestroy());
  inbound.on('close', () => outbound.destroy());
  outbound.on('close', () => inbound.destroy());
  inbound.pipe(outbound);
  outbound.pipe(inbound);
}

function forwardUdp(fd: number, listener: Listener): Running {
  const type = familyOf(listener.address) === 'IPv6' ? 'udp6' : 'udp4';
  const front = createSocket(type);
  /** By client; each entry goes after `udpIdleMs` of silence. */
  const paths = new Map<string, { socket: UdpSocket; timer: NodeJS.Timeout }>();
  const running: Running = {
    backends: listener.backends,
    close: () => {
      front.close();
      for (const { socket, timer } of paths.values()) {
        clearTimeout(timer);
        socket.close();
      }
    },
  };
  const next = turns(running);
  const openPath = (client: string, peer: { port: number; address: string }): UdpSocket | undefined => {
    const backend = next();
    if (backend === undefined) return undefined;
    const socket = createSocket(type);
    socket.on('message', (data) => front.send(data, peer.port, peer.address));
    socket.on('error', (error) => console.error(`${keyOf(listener)}: ${error.message}`));
    socket.connect(backend.port, backend.address);
    const timer = setTimeout(() => {
      paths.delete(client);
      socket.close();
    }, udpIdleMs);
    paths.set(client, { socket, timer });
    return socket;
  };
  front.on('message', (data, peer) => {
    const client = `${peer.address} ${peer.port}`;
    const path = paths.get(client);
    path?.timer.refresh();
    const socket = path?.socket ?? openPath(client, peer);
    if (socket === undefined) return;
    if (path === undefined) socket.once('connect', () => socket.send(data));
    else socket.send(data);
  });
  front.on('error', (error) => console.error(`${keyOf(listener)}: ${error.message}`));
  front.bind({ fd });
  return running;
}
