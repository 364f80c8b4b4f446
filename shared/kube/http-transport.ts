import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../runtime/clock.ts';
import { errorCode, errorText } from '../runtime/error-text.ts';
import { ApiError } from './api-error.ts';
import { type ApiEndpoint, type Credentials, sameTls } from './credentials.ts';
import { HttpConnections } from './http-connections.ts';

export interface HttpRequest {
  /** `list services`, for messages. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, below the server's own path. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  readonly contentType?: string;
  /** Until the whole answer is there; for `open` until its headers are. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** On a connection of its own. */
  readonly fresh?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface HttpTransportOptions {
  readonly endpoint: ApiEndpoint;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Called for every piece of an answer. */
  readonly onHeard: () => void;
}

/** Looking at the credentials again costs file reads. */
const credentialsLastMs = 10_000;
/** The largest answer that is read: a page of 500 objects has a few MB, a ConfigMap at most 1 MiB. */
const maxBodyBytes = 64 * 1024 * 1024;

/** HTTP/1.1 to one API server, by node's own client. Every failure to get an answer is an ApiError `Unreachable`. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;
  #connections: HttpConnections | undefined;
  #looking: Promise<Credentials> | undefined;
  #credentials: { readonly value: Credentials; readonly readMs: number } | undefined;
  /** The header of the last answer, and when it came. */
  #date: string | undefined;
  #dateReadMs = 0;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  /** By how much the API server's clock is ahead of ours, to the second (RFC 9110 §6.6.1); undefined before an answer. */
  get clockOffsetMs(): number | undefined {
    const serverMs = Date.parse(this.#date ?? '');
    if (Number.isNaN(serverMs)) return undefined;
    const offsetMs = serverMs - this.#dateReadMs;
    // The header's second is cut off: within it the clocks agree.
    return offsetMs > -1000 && offsetMs <= 0 ? 0 : offsetMs;
  }

  /** Sends a request and reads the whole answer, whatever its status. */
  exchange(request: HttpRequest): Promise<HttpAnswer> {
    return this.#withDeadline(request, async (deadline) => {
      const response = await this.#sendOnLive(request, deadline);
      return { ...headOf(response), body: await this.readBody(response) };
    });
  }

  /** Sends a request and returns as soon as the headers are there; the caller reads or destroys the rest. */
  open(request: HttpRequest): Promise<IncomingMessage> {
    return this.#withDeadline(request, (deadline) => this.#send(request, deadline));
  }

  /** By events: for a short answer an iterator costs more than all else that is done with it. */
  readBody(response: IncomingMessage): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      this.#options.onHeard();
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBodyBytes) response.destroy(new Error(`the answer exceeds ${maxBodyBytes} bytes`));
    });
    response.once('end', () => resolve(textOf(chunks)));
    response.once('error', reject);
    response.once('close', () => reject(new Error('the answer was cut')));
    return promise;
  }

  async *chunksOf(response: IncomingMessage): AsyncGenerator<Buffer> {
    for await (const chunk of response) {
      this.#options.onHeard();
      if (Buffer.isBuffer(chunk)) yield chunk;
    }
  }

  close(): void {
    this.#connections?.close();
  }

  /** Runs `act` until the caller's signal aborts or the time is up. */
  async #withDeadline<R>(request: HttpRequest, act: (deadline: Deadline) => Promise<R>): Promise<R> {
    const deadline = new Deadline();
    const { signal } = request;
    const onAbort = (): void => deadline.end(new Error('it was cancelled'));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = this.#options.clock.after(request.timeoutMs, () => {
      this.#connections?.closeIdle();
      deadline.end(new Error(`no answer within ${request.timeoutMs / 1000} s`));
    });
    try {
      return await deadline.cut(act(deadline));
    } catch (cause) {
      throw cause instanceof ApiError
        ? cause
        : new ApiError('Unreachable', `cannot ${request.what}: ${errorText(cause)}`, { cause });
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The server may close a kept connection in the very moment we use it: then once more, where that is harmless. */
  async #sendOnLive(request: HttpRequest, deadline: Deadline): Promise<IncomingMessage> {
    try {
      return await this.#send(request, deadline);
    } catch (error) {
      if (!(error instanceof StaleConnectionError) || !isIdempotent(request.method)) throw error;
      return this.#send({ ...request, fresh: true }, deadline);
    }
  }

  async #send(request: HttpRequest, deadline: Deadline): Promise<IncomingMessage> {
    const { endpoint, onHeard } = this.#options;
    const credentials = await this.#currentCredentials();
    const connections = this.#connectionsFor(credentials);
    deadline.throwIfEnded();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const start = endpoint.server.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = start({
      method: request.method,
      protocol: endpoint.server.protocol,
      // URL keeps the brackets of an IPv6 literal, sockets want none.
      hostname: endpoint.server.hostname.replace(/^\[|\]$/g, ''),
      port: endpoint.server.port,
      path: endpoint.server.pathname.replace(/\/$/, '') + request.path,
      headers: this.#headersOf(request, credentials),
      agent: request.fresh === true ? connections.fresh : connections.shared,
    });
    deadline.onEnd((error) => outgoing.destroy(error));
    outgoing.on('error', (error) => reject(asStale(outgoing, error)));
    outgoing.once('response', (response) => {
      onHeard();
      // Whoever reads the body gets the error; while nobody reads, it has no taker and must not end the process.
      response.on('error', () => undefined);
      this.#date = response.headers.date;
      this.#dateReadMs = this.#options.clock.wallMs();
      if (response.statusCode === 401) this.#forgetCredentials();
      resolve(response);
    });
    outgoing.end(request.body);
    return promise;
  }

  /** Names and values in turn, which spares node the work of an object for each request. */
  #headersOf({ body, contentType }: HttpRequest, credentials: Credentials): readonly string[] {
    const { endpoint, userAgent } = this.#options;
    const headers = ['host', endpoint.server.host, 'accept', 'application/json', 'user-agent', userAgent];
    for (const [name, value] of Object.entries(credentials.headers)) headers.push(name, value);
    if (body === undefined) return headers;
    headers.push('content-type', contentType ?? 'application/json', 'content-length', String(Buffer.byteLength(body)));
    return headers;
  }

  async #currentCredentials(): Promise<Credentials> {
    const known = this.#credentials;
    if (known !== undefined && this.#options.clock.now() - known.readMs < credentialsLastMs) return known.value;
    // Requests that come meanwhile share one look: it may be the run of an exec plugin.
    this.#looking ??= this.#lookUpCredentials().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookUpCredentials(): Promise<Credentials> {
    const readMs = this.#options.clock.now();
    const value = await this.#options.endpoint.credentials();
    this.#credentials = { value, readMs };
    return value;
  }

  #connectionsFor({ tls }: Credentials): HttpConnections {
    if (this.#connections !== undefined && !sameTls(this.#connections.tls, tls)) {
      this.#connections.retire();
      this.#connections = undefined;
    }
    this.#connections ??= new HttpConnections(this.#options.endpoint.server.protocol, tls);
    return this.#connections;
  }

  #forgetCredentials(): void {
    this.#credentials = undefined;
    this.#options.endpoint.reload();
  }
}

/** A kept connection broke before a byte of the answer came. */
class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
  readonly code = 'StaleConnection';
}

function asStale(outgoing: ClientRequest, cause: Error): Error {
  const broken = errorCode(cause) === 'ECONNRESET' || errorCode(cause) === 'EPIPE';
  return broken && outgoing.reusedSocket ? new StaleConnectionError('the connection broke', { cause }) : cause;
}

/** RFC 9110 §9.2.2. */
function isIdempotent(method: HttpRequest['method']): boolean {
  return method === 'GET' || method === 'PUT' || method === 'DELETE';
}

export function headOf(response: IncomingMessage): {
  readonly status: number;
  readonly retryAfter: string | undefined;
} {
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
}

/** When something is given up, whatever it is waiting for. */
class Deadline {
  #error: Error | undefined;
  #destroy = (_error: Error): void => undefined;
  #reject = (_error: Error): void => undefined;

  end(error: Error): void {
    this.#error ??= error;
    this.#reject(error);
    this.#destroy(error);
  }

  throwIfEnded(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Replaces what is to be called at the end. */
  onEnd(destroy: (error: Error) => void): void {
    this.#destroy = destroy;
  }

  /** Fails with the error of `end`, or ends as the work does. */
  cut<R>(work: Promise<R>): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#reject = reject;
    work.then(resolve, reject);
    if (this.#error !== undefined) reject(this.#error);
    return promise;
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8');
}
