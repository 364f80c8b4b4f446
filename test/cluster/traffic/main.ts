/** The client's programs: it sends datagrams and fetches pages at an even pace, and keeps when what came back. */
import { createSocket, type Socket } from 'node:dgram';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answerRequests, monotonicMs } from '../process/dialogue.ts';
import type { Echo, Fetched, Traffic, TrafficAnswer, TrafficRequest } from './traffic-message.ts';

type Begin = Extract<TrafficRequest, { type: 'begin' }>;

/** A lost SYN is sent again after 1 s, and after 2 s more (RFC 6298 §2.1, §5.5). */
const fetchTimeoutMs = 4_000;
/** For what is under way when it is to end. */
const lastEchoMs = 30;

/** Calls again and again at even steps from now on; a step that a busy machine has missed is left out. */
function every(stepMs: number, act: () => void): () => void {
  let dueMs = monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    act();
    const nowMs = monotonicMs();
    dueMs = Math.max(dueMs + stepMs, nowMs);
    timer = setTimeout(next, dueMs - nowMs);
  };
  next();
  return () => clearTimeout(timer);
}

/** Connected, so through one entry of the kernel's neighbour cache, and an answer from elsewhere is not taken. */
class EchoFlow {
  readonly sent: number[] = [];
  readonly echoes: Echo[] = [];
  readonly #socket: Socket;
  #stop: () => void = () => undefined;

  constructor(address: string, { port, echoEveryMs }: Begin) {
    this.#socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('message', (data) => {
      const [node = '', datagram] = data.toString().split(' ');
      this.echoes.push({ datagram: Number(datagram), atMs: monotonicMs(), node });
    });
    // What the network says of a datagram that it could not deliver; it counts as lost.
    this.#socket.on('error', () => undefined);
    this.#socket.connect(port, address, () => {
      this.#stop = every(echoEveryMs, () => this.#send());
    });
  }

  #send(): void {
    const text = String(this.sent.length);
    this.sent.push(monotonicMs());
    this.#socket.send(text, () => undefined);
  }

  async end(): Promise<void> {
    this.#stop();
    await delay(lastEchoMs);
    this.#socket.close();
  }
}

class FetchFlow {
  readonly fetched: Fetched[] = [];
  readonly #url: string;
  /** BOUNDED by their timeout over the pace. */
  readonly #under = new Set<Promise<void>>();
  readonly #stop: () => void;

  constructor(address: string, { port, fetchEveryMs }: Begin) {
    this.#url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/`;
    this.#stop = fetchEveryMs === 0 ? () => undefined : every(fetchEveryMs, () => this.#begin());
  }

  #begin(): void {
    const fetch = this.#fetch().finally(() => this.#under.delete(fetch));
    this.#under.add(fetch);
  }

  /** A request that changes nothing is made again when the connection breaks under it, as clients do (RFC 9110 §9.2.2). */
  async #fetch(): Promise<void> {
    const startedMs = monotonicMs();
    let error = await fetchPage(this.#url);
    const resets = error === 'ECONNRESET' ? 1 : 0;
    if (resets > 0) error = await fetchPage(this.#url);
    this.fetched.push({ startedMs, tookMs: monotonicMs() - startedMs, resets, error });
  }

  async end(): Promise<void> {
    this.#stop();
    await Promise.all(this.#under);
  }
}

/** Over a connection of its own; what went wrong, or undefined. */
function fetchPage(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    get(url, { agent: false, signal: AbortSignal.timeout(fetchTimeoutMs) }, (response) => {
      response.on('error', fail);
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      response.resume();
    }).on('error', fail);
  });
}

let flows: readonly { readonly address: string; readonly echo: EchoFlow; readonly fetch: FetchFlow }[] = [];

async function perform(request: TrafficRequest): Promise<TrafficAnswer> {
  if (request.type === 'begin') {
    flows = request.addresses.map((address) => ({
      address,
      echo: new EchoFlow(address, request),
      fetch: new FetchFlow(address, request),
    }));
    return [];
  }
  await Promise.all(flows.flatMap(({ echo, fetch }) => [echo.end(), fetch.end()]));
  return flows.map(
    ({ address, echo, fetch }): Traffic => ({
      address,
      sent: echo.sent,
      echoes: echo.echoes,
      fetched: fetch.fetched,
    }),
  );
}

answerRequests(perform);
console.log('traffic ready');
