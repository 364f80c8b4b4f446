import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { Random } from '../../../shared/runtime/random.ts';
import type { ApiAccess } from '../api/access.ts';
import { drawWriteFault, noFaults, type RelayFaults, seededRandom, statusBody, type WriteFault } from './faults.ts';

/** A write as it came to the relay. */
export interface SeenWrite {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By `performance.now()`. */
  readonly atMs: number;
  readonly fault: WriteFault | undefined;
}

/** Lines kept per kind, to be told again. */
const rememberedLines = 500;

/**
 * Stands between one client and the API server, embedded or real: passes everything on, adds the faults that a test
 * switches on, and remembers each write. It speaks plain HTTP to the client, whose token it hands on.
 */
export class Relay {
  /** Told of each write once the server has answered it, with the HTTP status. */
  onAnswered: (write: SeenWrite, status: number) => void = () => undefined;
  faults: RelayFaults = noFaults;
  /** All of a test's run. */
  readonly writes: SeenWrite[] = [];
  cutConnections = 0;
  readonly #upstream: ApiAccess;
  readonly #random: Random;
  readonly #agent: HttpAgent;
  readonly #server: Server;
  /** Open ones. */
  readonly #watches = new Set<ServerResponse>();
  /** By path of the collection; each at most `rememberedLines`. */
  readonly #told = new Map<string, string[]>();

  constructor(upstream: ApiAccess, seed: number) {
    this.#upstream = upstream;
    this.#random = seededRandom(seed);
    const { authority, serverName } = upstream;
    this.#agent =
      authority === undefined
        ? new HttpAgent({ keepAlive: true })
        : new HttpsAgent({
            keepAlive: true,
            ca: authority,
            ...(serverName === undefined ? {} : { servername: serverName }),
          });
    this.#server = createServer({ requestTimeout: 0 }, (request, response) => this.#onRequest(request, response));
  }

  /** Listens; returns how the client is to reach it. */
  async start(): Promise<ApiAccess> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { ...this.#upstream, url: `http://127.0.0.1:${port}`, authority: undefined, serverName: undefined };
  }

  /** Breaks the connections of all watches. */
  cutWatches(): void {
    this.cutConnections += this.#watches.size;
    for (const watch of [...this.#watches]) watch.destroy();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => response.destroy());
    const [path = '', query = ''] = (request.url ?? '').split('?');
    if (request.method === 'GET') {
      const pass = new URLSearchParams(query).has('watch') ? this.#passWatch : this.#passAnswer;
      this.#forward(request, response, (answer) => pass.call(this, path, answer, response));
      return;
    }
    const fault = drawWriteFault(this.faults, this.#random);
    const write = { method: request.method ?? '', path, atMs: performance.now(), fault };
    this.writes.push(write);
    if (fault === 'cutBefore') response.destroy();
    else if (fault === undefined || fault === 'cutAfter') {
      this.#forward(request, response, (answer) => {
        answer.once('end', () => this.onAnswered(write, answer.statusCode ?? 0));
        if (fault === undefined) this.#passAnswer(path, answer, response);
        else answer.resume().once('end', () => response.destroy());
      });
    } else {
      request.resume();
      response.writeHead(fault, {
        'content-type': 'application/json',
        ...(fault === 429 ? { 'retry-after': '1' } : {}),
      });
      response.end(statusBody(fault));
    }
  }

  #forward(request: IncomingMessage, response: ServerResponse, onAnswer: (answer: IncomingMessage) => void): void {
    const { host, connection, ...headers } = request.headers;
    const send = this.#upstream.authority === undefined ? httpRequest : httpsRequest;
    const outgoing = send(`${this.#upstream.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      agent: this.#agent,
    });
    outgoing.once('error', () => response.destroy());
    outgoing.once('response', (answer) => {
      answer.on('error', () => response.destroy());
      onAnswer(answer);
    });
    response.once('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    request.pipe(outgoing);
  }

  #passAnswer(_path: string, answer: IncomingMessage, response: ServerResponse): void {
    response.writeHead(answer.statusCode ?? 502, withoutConnection(answer));
    answer.pipe(response);
  }

  #passWatch(path: string, answer: IncomingMessage, response: ServerResponse): void {
    if (answer.statusCode !== 200) {
      this.#passAnswer(path, answer, response);
      return;
    }
    response.writeHead(200, withoutConnection(answer));
    response.flushHeaders();
    this.#watches.add(response);
    response.once('close', () => this.#watches.delete(response));
    const told = this.#told.get(path) ?? [];
    this.#told.set(path, told);
    createInterface({ input: answer })
      .on('line', (line) => {
        response.write(`${line}\n`);
        if (this.#random() < this.faults.repeatedEvents) response.write(`${line}\n`);
        const stale = told[Math.floor(this.#random() * told.length)];
        if (stale !== undefined && this.#random() < this.faults.staleEvents) response.write(`${stale}\n`);
        told.push(line);
        if (told.length > rememberedLines) told.shift();
      })
      // The server went away, or the client did.
      .on('error', () => response.destroy())
      .once('close', () => response.end());
  }
}

function withoutConnection(answer: IncomingMessage) {
  const { connection, 'transfer-encoding': _, ...headers } = answer.headers;
  return headers;
}
