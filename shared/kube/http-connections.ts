import type { Socket } from 'node:net';
import { socketOpener } from './api-socket.ts';
import type { TlsMaterial } from './credentials.ts';
import { RequestPool } from './request-pool.ts';

/** The connections to one server, made with one set of TLS material. */
export class HttpConnections {
  readonly tls: TlsMaterial;
  /** Connections that are used again: for requests. */
  readonly shared: RequestPool;
  readonly #open: () => Socket;
  /** Bounded by those who watch, and one probe. */
  readonly #fresh = new Set<Socket>();

  constructor(server: URL, tls: TlsMaterial) {
    this.tls = tls;
    this.#open = socketOpener(server, tls);
    this.shared = new RequestPool(this.#open);
  }

  /** A connection of its own: for watches, and for probes, which must not find a dead one. */
  openFresh(): Socket {
    const socket = this.#open();
    this.#fresh.add(socket);
    socket.once('close', () => this.#fresh.delete(socket));
    return socket;
  }

  /** Closes all, requests under way included. */
  close(): void {
    this.shared.close();
    for (const socket of this.#fresh) socket.destroy();
  }
}
