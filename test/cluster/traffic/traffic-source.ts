import { join } from 'node:path';
import type { Machine } from '../network/topology.ts';
import { Dialogue } from '../process/dialogue.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { Traffic, TrafficAnswer, TrafficRequest } from './traffic-message.ts';

/** A program on a client that uses addresses at an even pace, and sees what gets lost. */
export class TrafficSource {
  readonly process: ManagedProcess;
  readonly #dialogue: Dialogue<TrafficRequest, TrafficAnswer>;

  constructor(machine: Machine) {
    this.process = new ManagedProcess({
      name: `traffic from ${machine.name}`,
      netns: machine.name,
      command: [process.execPath, join(import.meta.dirname, 'main.ts')],
      ipc: true,
      urgent: true,
    });
    this.#dialogue = new Dialogue(this.process);
  }

  async start(): Promise<void> {
    this.process.start();
    this.#dialogue.listen();
    await this.process.waitForLine(/traffic ready/, 10_000);
  }

  async begin(order: Omit<Extract<TrafficRequest, { type: 'begin' }>, 'type'>): Promise<void> {
    await this.#dialogue.ask({ type: 'begin', ...order });
  }

  /** Ends it; what each address gave, in their order. */
  end(): Promise<readonly Traffic[]> {
    return this.#dialogue.ask({ type: 'end' });
  }
}
