import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../runtime/clock.ts';
import { errorCode, errorText } from '../runtime/error-text.ts';
import { ApiError } from './api-error.ts';
import { type ApiEndpoint, type Credentials, sameTls } from './credentials.ts';
import { HttpConnections, keepWatchOver } from './http-connections.ts';

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

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  /** Sends a request and reads the whole answer, whatever its status. */
  async exchange(request: HttpRequest): Promise<HttpAnswer> {
    return this.#withDeadline(request, async (signal) => {
      const response = await this.#sendOnLive(request, signal);
      return { ...headOf(response), body: await this.readBody(response) };
    });
  }

  /** Sends a request and returns as soon as the headers are there; the caller reads or destroys the rest. */
  async open(request: HttpRequest): Promise<IncomingMessage> {
    return this.#withDeadline(request, (signal) => this.#send(request, signal));
  }

  async readBody(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunksOf(response)) {
      size += chunk.length;
      if (size > maxBodyBytes) throw new Error(`the answer exceeds ${maxBodyBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
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
  async #withDeadline<R>(request: HttpRequest, act: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const deadline = new AbortController();
    const { signal: given } = request;
    const onAbort = (): void => deadline.abort(new Error('it was cancelled'));
    if (given?.aborted) onAbort();
    given?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = this.#options.clock.after(request.timeoutMs, () => {
      this.#connections?.closeIdle();
      deadline.abort(new Error(`no answer within ${request.timeoutMs / 1000} s`));
    });
    try {
      return await orAborted(act(deadline.signal), deadline.signal);
    } catch (cause) {
      throw cause instanceof ApiError
        ? cause
        : new ApiError('Unreachable', `cannot ${request.what}: ${errorText(cause)}`, { cause });
    } finally {
      cancelTimer();
      given?.removeEventListener('abort', onAbort);
    }
  }

  /** The server may close a kept connection in the very moment we use it: then once more, where that is harmless. */
  async #sendOnLive(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#send(request, signal);
    } catch (error) {
      if (!(error instanceof StaleConnectionError) || !isIdempotent(request.method)) throw error;
      return this.#send({ ...request, fresh: true }, signal);
    }
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { endpoint, userAgent, onHeard } = this.#options;
    const credentials = await this.#currentCredentials();
    const connections = this.#connectionsFor(credentials);
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const start = endpoint.server.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = start({
      method: request.method,
      protocol: endpoint.server.protocol,
      // URL keeps the brackets of an IPv6 literal, sockets want none.
      hostname: endpoint.server.hostname.replace(/^\[|\]$/g, ''),
      port: endpoint.server.port,
      path: endpoint.server.pathname.replace(/\/$/, '') + request.path,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...credentials.headers,
        ...bodyHeaders(request),
      },
      agent: request.fresh === true ? connections.fresh : connections.shared,
      signal,
    });
    outgoing.once('socket', keepWatchOver);
    outgoing.on('error', (error) => reject(asStale(outgoing, error)));
    outgoing.once('response', (response) => {
      onHeard();
      // Whoever reads the body gets the error; while nobody reads, it has no taker and must not end the process.
      response.on('error', () => undefined);
      if (response.statusCode === 401) this.#forgetCredentials();
      resolve(response);
    });
    outgoing.end(request.body);
    return promise;
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

function bodyHeaders({ body, contentType }: HttpRequest): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

export function headOf(response: IncomingMessage): {
  readonly status: number;
  readonly retryAfter: string | undefined;
} {
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
}

/** Rejects with the signal's reason as soon as it aborts, whatever `work` is waiting for. */
async function orAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
