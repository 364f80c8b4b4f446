import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PeerReply, PeerRequest } from './wire-peer-message.ts';

export interface SeenFrame {
  readonly hex: string;
  readonly atMs: number;
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A station in another network namespace, at the end of a veth pair; it sees and sends raw frames. */
export class WirePeer {
  /** ARP and neighbour discovery that came in, oldest first. */
  readonly frames: SeenFrame[] = [];
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.on('message', (message: PeerReply) => this.#receive(message));
  }

  /** `unshare` becomes the process itself, so its pid names the namespace. */
  static async start(): Promise<WirePeer> {
    const main = new URL('./wire-peer-main.ts', import.meta.url).pathname;
    const child = spawn('unshare', ['--net', process.execPath, main], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'] },
    });
    await once(child, 'message');
    return new WirePeer(child);
  }

  /** Starts to record what comes in. */
  async open(): Promise<void> {
    await this.#ask({ type: 'open' });
  }

  ip(command: string): Promise<string> {
    return this.#ask({ type: 'ip', command });
  }

  /** Sends raw octets from the link. */
  async send(link: string, hex: string): Promise<void> {
    await this.#ask({ type: 'send', link, hex });
  }

  /** Has the peer's kernel send a datagram (to the discard port), for which it must resolve the address. */
  async datagram(address: string, port = 9, hex = '78'): Promise<void> {
    await this.#ask({ type: 'datagram', address, port, hex });
  }

  /** The first frame from position `from` on that fits; rejects with what came instead once the deadline has passed. */
  waitFor(fits: (frame: SeenFrame) => boolean, from = 0, deadlineMs = 10_000): Promise<SeenFrame> {
    return eventually(
      () => this.frames.slice(from).find(fits),
      () =>
        `no such frame; ${this.frames.length - from} others: ${this.frames
          .slice(from)
          .map((f) => f.hex)
          .join(' ')}`,
      deadlineMs,
    );
  }

  /** Waits until the peer's kernel has such a neighbour entry. */
  async untilNeighbor(link: string, address: string, state: string): Promise<void> {
    let last = '';
    const endMs = performance.now() + 10_000;
    while (!last.includes(state)) {
      if (performance.now() > endMs) throw new Error(`${address} is not ${state} but ${last}`);
      last = await this.ip(`neigh show ${address} dev ${link}`);
    }
  }

  stop(): void {
    this.#child.disconnect();
  }

  #ask(request: WithoutId<PeerRequest>): Promise<string> {
    this.#lastId += 1;
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(this.#lastId, waiting);
    this.#child.send({ ...request, id: this.#lastId });
    return waiting.promise;
  }

  #receive(message: PeerReply): void {
    if (message.type === 'frame') {
      this.frames.push({ hex: message.hex, atMs: message.atMs });
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'done') waiting?.resolve(message.output);
    else waiting?.reject(new Error(message.why));
  }
}

/** Looks again and again until there is something; rejects with `why` once the deadline has passed. */
export async function eventually<T>(look: () => T | undefined, why: () => string, deadlineMs = 10_000): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`after ${deadlineMs} ms: ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
