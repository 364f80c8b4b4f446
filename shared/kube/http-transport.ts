import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Clock } from '../runtime/clock.ts';
import { errorText } from '../runtime/error-text.ts';
import { ApiError } from './api-error.ts';
import { type ApiEndpoint, type Credentials, sameTls } from './credentials.ts';
import { Deadline, whyCancelled } from './deadline.ts';
import { type HttpAnswer, maxBodyBytes } from './http-answer.ts';
import { HttpConnections } from './http-connections.ts';
import { type Exchange, StaleConnectionError } from './request-connection.ts';
import { fieldLines, requestText } from './request-text.ts';

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

export interface HttpTransportOptions {
  readonly endpoint: ApiEndpoint;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Called for every piece of an answer. */
  readonly onHeard: () => void;
}

/** Looking at the credentials again costs file reads. */
const credentialsLastMs = 10_000;
/** HTTP/1.1 to one API server. Every failure to get an answer is an ApiError `Unreachable`. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;
  #connections: HttpConnections | undefined;
  #looking: Promise<Credentials> | undefined;
  #fields: { readonly of: Credentials; readonly text: string } | undefined;
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
      if (request.fresh === true) return this.#exchangeFresh(request, deadline);
      const credentials = await this.#currentCredentials();
      deadline.throwIfEnded();
      try {
        return await this.#sendShared(request, credentials, deadline);
      } catch (error) {
        // The server may close a kept connection in the very moment we use it: then once more, where that is harmless.
        if (!(error instanceof StaleConnectionError) || !isIdempotent(request.method)) throw error;
        return this.#exchangeFresh(request, deadline);
      }
    });
  }

  /** Sends a request on a connection of its own, and returns as soon as the headers are there; the caller reads or
   * destroys the rest. */
  open(request: HttpRequest): Promise<IncomingMessage> {
    return this.#withDeadline(request, (deadline) => this.#sendFresh(request, deadline));
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
  async #withDeadline<R>(request: HttpRequest, act: (deadline: Deadline) => Promise<R>): Promise<R> {
    const deadline = new Deadline();
    const { signal } = request;
    const onAbort = (): void => deadline.end(whyCancelled(signal));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = this.#options.clock.after(request.timeoutMs, () => {
      // After one connection was found dead, its neighbours most likely are too.
      this.#connections?.shared.closeIdle();
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

  #sendShared(request: HttpRequest, credentials: Credentials, deadline: Deadline): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const { shared } = this.#connectionsFor(credentials);
    const { method, body, contentType } = request;
    const exchange: Exchange = {
      text: requestText({
        method,
        target: this.#targetOf(request),
        fields: this.#fieldsFor(credentials),
        body,
        contentType,
      }),
      onHeard: this.#options.onHeard,
      onAnswer: (answer) => {
        this.#noteHead(answer);
        resolve(answer);
      },
      onFailure: reject,
    };
    deadline.onEnd((error) => shared.giveUp(exchange, error));
    shared.send(exchange);
    return promise;
  }

  async #exchangeFresh(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    const response = await this.#sendFresh(request, deadline);
    return { ...headOf(response), body: await this.readBody(response) };
  }

  async #sendFresh(request: HttpRequest, deadline: Deadline): Promise<IncomingMessage> {
    const { onHeard } = this.#options;
    const credentials = await this.#currentCredentials();
    const connections = this.#connectionsFor(credentials);
    deadline.throwIfEnded();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { body, contentType = 'application/json' } = request;
    const outgoing = httpRequest({
      method: request.method,
      path: this.#targetOf(request),
      headers: {
        ...this.#headersFor(credentials),
        ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      },
      createConnection: () => connections.openFresh(),
    });
    deadline.onEnd((error) => outgoing.destroy(error));
    outgoing.on('error', reject);
    outgoing.once('response', (response) => {
      onHeard();
      // Whoever reads the body gets the error; while nobody reads, it has no taker and must not end the process.
      response.on('error', () => undefined);
      this.#noteHead(headOf(response));
      resolve(response);
    });
    outgoing.end(request.body);
    return promise;
  }

  #targetOf({ path }: HttpRequest): string {
    return this.#options.endpoint.server.pathname.replace(/\/$/, '') + path;
  }

  #headersFor({ headers }: Credentials): Readonly<Record<string, string>> {
    const { endpoint, userAgent } = this.#options;
    return { host: endpoint.server.host, accept: 'application/json', 'user-agent': userAgent, ...headers };
  }

  /** Made once for each look at the credentials. */
  #fieldsFor(credentials: Credentials): string {
    if (this.#fields?.of !== credentials) {
      this.#fields = { of: credentials, text: fieldLines(this.#headersFor(credentials)) };
    }
    return this.#fields.text;
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
      this.#connections.shared.retire();
      this.#connections = undefined;
    }
    this.#connections ??= new HttpConnections(this.#options.endpoint.server, tls);
    return this.#connections;
  }

  #noteHead({ status, date }: Omit<HttpAnswer, 'body'>): void {
    this.#date = date;
    this.#dateReadMs = this.#options.clock.wallMs();
    if (status !== 401) return;
    this.#credentials = undefined;
    this.#options.endpoint.reload();
  }
}

/** RFC 9110 §9.2.2. */
function isIdempotent(method: HttpRequest['method']): boolean {
  return method === 'GET' || method === 'PUT' || method === 'DELETE';
}

export function headOf({ statusCode = 0, headers }: IncomingMessage): Omit<HttpAnswer, 'body'> {
  return { status: statusCode, retryAfter: headers['retry-after'], date: headers.date };
}
