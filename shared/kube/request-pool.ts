import type { Socket } from 'node:net';
import { type Exchange, RequestConnection } from './request-connection.ts';

/** Requests at once to the API server; what is above waits. */
const maxConnections = 64;
/** Connections that are kept for later. */
const maxIdle = 8;

/** Connections to one server on which requests take turns; the one used last is used first. */
export class RequestPool {
  readonly #openSocket: () => Socket;
  /** At most `maxConnections`, each with its request or idle. */
  readonly #open = new Set<RequestConnection>();
  readonly #idle: RequestConnection[] = [];
  #maxIdle = maxIdle;
  /** For which no connection is left. Bounded by those who ask, each of whom waits for the answer. */
  readonly #waiting = new Set<Exchange>();

  constructor(openSocket: () => Socket) {
    this.#openSocket = openSocket;
  }

  send(exchange: Exchange): void {
    if (this.#idle.length === 0 && this.#open.size >= maxConnections) {
      this.#waiting.add(exchange);
      return;
    }
    try {
      (this.#idle.pop() ?? this.#connect()).carry(exchange);
    } catch (error) {
      // TLS material that can not be used.
      exchange.onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }

  giveUp(exchange: Exchange, error: Error): void {
    if (this.#waiting.delete(exchange)) exchange.onFailure(error);
    else for (const connection of this.#open) connection.giveUp(exchange, error);
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  /** Lets what is under way end, and keeps nothing for later. */
  retire(): void {
    this.#maxIdle = 0;
    this.closeIdle();
  }

  /** Fails all that is under way. */
  close(): void {
    const error = new Error('the connections were closed');
    for (const exchange of this.#waiting) this.giveUp(exchange, error);
    for (const connection of this.#open) connection.close(error);
  }

  #connect(): RequestConnection {
    const connection = new RequestConnection(this.#openSocket(), {
      onIdle: (idle) => this.#onIdle(idle),
      onClose: (closed) => this.#onClose(closed),
    });
    this.#open.add(connection);
    return connection;
  }

  #onIdle(connection: RequestConnection): void {
    const exchange = this.#nextWaiting();
    if (exchange !== undefined) connection.carry(exchange);
    else if (this.#idle.length < this.#maxIdle) this.#idle.push(connection);
    else connection.close();
  }

  #onClose(connection: RequestConnection): void {
    if (!this.#open.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const exchange = this.#nextWaiting();
    if (exchange !== undefined) this.send(exchange);
  }

  #nextWaiting(): Exchange | undefined {
    const [exchange] = this.#waiting;
    if (exchange !== undefined) this.#waiting.delete(exchange);
    return exchange;
  }
}
