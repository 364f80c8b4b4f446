import { join } from 'node:path';
import type { Machine } from '../network/topology.ts';
import { Dialogue } from '../process/dialogue.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { Watch } from './watch.ts';
import type { WatchAnswer, WatchRequest } from './watch-message.ts';

/** A station on the LAN that sees who answers for addresses; a machine of its own, so that nobody's cache learns of it. */
export class Watcher {
  readonly machine: Machine;
  readonly process: ManagedProcess;
  readonly #dialogue: Dialogue<WatchRequest, WatchAnswer>;

  constructor(machine: Machine) {
    this.machine = machine;
    this.process = new ManagedProcess({
      name: machine.name,
      netns: machine.name,
      command: [process.execPath, join(import.meta.dirname, 'main.ts'), 'eth0'],
      ipc: true,
      urgent: true,
    });
    this.#dialogue = new Dialogue(this.process);
  }

  async start(): Promise<void> {
    this.process.start();
    this.#dialogue.listen();
    await this.process.waitForLine(/watcher ready/, 10_000);
  }

  /** Asks for the addresses from now on, each at that interval, and forgets what it saw before. */
  async watch(addresses: readonly string[], everyMs: number): Promise<void> {
    await this.#dialogue.ask({ type: 'watch', addresses, everyMs });
  }

  /** What it has seen since it began to watch, or since that time, in the order of the addresses. */
  report(sinceMs?: number): Promise<readonly Watch[]> {
    return this.#dialogue.ask({ type: 'report', ...(sinceMs === undefined ? {} : { sinceMs }) });
  }
}
