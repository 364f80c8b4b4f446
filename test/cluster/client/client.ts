import { join } from 'node:path';
import { run } from '../network/iproute.ts';
import type { Machine } from '../network/topology.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { ClientAnswer, ClientRequest } from './request.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export interface Page {
  readonly body: string;
  readonly tookMs: number;
}

/** A machine on the LAN that is no part of the cluster. */
export class Client {
  readonly machine: Machine;
  readonly process: ManagedProcess;
  /** Bounded by the requests under way: each is answered, or refused after its own timeout. */
  readonly #waiting = new Map<number, (answer: ClientAnswer) => void>();
  #nextId = 1;

  constructor(machine: Machine) {
    this.machine = machine;
    this.process = new ManagedProcess({
      name: machine.name,
      netns: machine.name,
      command: [process.execPath, join(import.meta.dirname, 'main.ts')],
      ipc: true,
    });
  }

  async start(): Promise<void> {
    this.process.start();
    this.process.onMessage((message) => {
      const answer = message as ClientAnswer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    await this.process.waitForLine(/client ready/, 10_000);
  }

  /** Fetches a page over a new connection; throws when there is none within the time. */
  async fetch(address: string, port: number, timeoutMs = 2000): Promise<Page> {
    const host = address.includes(':') ? `[${address}]` : address;
    return this.#ask({ type: 'fetch', url: `http://${host}:${port}/`, timeoutMs });
  }

  /** Sends one datagram and waits for the answer to it. */
  async udpEcho(address: string, port: number, text: string): Promise<Page> {
    return this.#ask({ type: 'udp', address, port, text, timeoutMs: 2000 });
  }

  /** The Ethernet address that the client's kernel has learned for an address; undefined where nobody answered. */
  async neighbour(address: string): Promise<string | undefined> {
    const entries = JSON.parse(await run(this.machine.name, ['ip', '-j', 'neigh', 'show', 'to', address]));
    const [entry] = entries as readonly { readonly lladdr?: string }[];
    return entry?.lladdr;
  }

  /** Forgets all that was learned by ARP and NDP. */
  async forgetNeighbours(): Promise<void> {
    await run(this.machine.name, ['ip', 'neigh', 'flush', 'all']);
  }

  async #ask(request: WithoutId<ClientRequest>): Promise<Page> {
    const id = this.#nextId++;
    const answer = await new Promise<ClientAnswer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.process.send({ ...request, id });
    });
    if (answer.ok) return { body: answer.body, tookMs: answer.tookMs };
    const target = request.type === 'fetch' ? request.url : `${request.address} by UDP`;
    throw new Error(`cannot fetch ${target}: ${answer.error}`);
  }
}
