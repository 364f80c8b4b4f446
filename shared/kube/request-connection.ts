import type { Socket } from 'node:net';
import { errorCode } from '../runtime/error-text.ts';
import { type HttpAnswer, HttpAnswerReader } from './http-answer.ts';

/** A request, and whom to tell what came of it: of the last two one is called, once. */
export interface Exchange {
  /** Head and body. */
  readonly text: string;
  /** A piece of the answer has come. */
  readonly onHeard: () => void;
  readonly onAnswer: (answer: HttpAnswer) => void;
  readonly onFailure: (error: Error) => void;
}

/** What becomes of a connection. */
export interface ConnectionOwner {
  /** It can carry the next request. */
  readonly onIdle: (connection: RequestConnection) => void;
  /** It will carry none any more; may be told twice. */
  readonly onClose: (connection: RequestConnection) => void;
}

/** A kept connection broke before a byte of the answer came: most likely the server had closed it already. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
  readonly code = 'StaleConnection';
}

/** Carries one request after the other over a socket. While it carries none, it keeps no process alive. */
export class RequestConnection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #exchange: Exchange | undefined;
  #reader = new HttpAnswerReader();
  /** It has carried a request to its end. */
  #kept = false;
  #error: Error | undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.once('end', () => this.#ended());
    socket.once('close', () => this.#closed());
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reader = new HttpAnswerReader();
    this.#socket.ref();
    this.#socket.write(exchange.text);
  }

  /** Gives up this request, and with it the connection: the rest of the answer could come at any time. */
  giveUp(exchange: Exchange, error: Error): void {
    if (this.#exchange === exchange) this.close(error);
  }

  /** Fails what it carries. */
  close(error?: Error): void {
    this.#error ??= error;
    this.#owner.onClose(this);
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#exchange === undefined) {
      this.close(new Error('an answer to nothing'));
      return;
    }
    this.#exchange.onHeard();
    try {
      this.#take(this.#reader.push(bytes));
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(answer: HttpAnswer | undefined): void {
    const exchange = this.#exchange;
    if (answer === undefined || exchange === undefined) return;
    this.#exchange = undefined;
    this.#kept = true;
    if (this.#reader.persistent) {
      this.#socket.unref();
      this.#owner.onIdle(this);
    } else this.close();
    exchange.onAnswer(answer);
  }

  #ended(): void {
    this.#take(this.#reader.end());
    this.close();
  }

  #closed(): void {
    this.#owner.onClose(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onFailure(this.#failure());
  }

  #failure(): Error {
    const cause = this.#error ?? new Error('the answer was cut');
    const broken = this.#error === undefined || ['ECONNRESET', 'EPIPE'].includes(errorCode(cause) ?? '');
    if (!this.#kept || !broken || this.#reader.begun) return cause;
    return new StaleConnectionError('the connection broke', { cause });
  }
}
