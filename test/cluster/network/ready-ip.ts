import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inNetns, type Netns } from './iproute.ts';

/** Answered by one line (-oneline), once everything before it is done. */
const answered = 'link show dev lo';

/**
 * `ip` that waits for commands in a namespace: a line takes effect at once, without the start of a process before it.
 * For faults that several things are part of at one instant. It starts with its first use.
 */
export class ReadyIp {
  readonly #netns: Netns;
  #child: ChildProcess | undefined;
  /** BOUNDED by the calls of `send` that are under way. */
  readonly #waiting: (() => void)[] = [];

  constructor(netns: Netns) {
    this.#netns = netns;
  }

  /** Starts it, so that the first command does not have to. */
  async getReady(): Promise<void> {
    await this.send();
  }

  /** The commands are on their way when this returns; the promise is fulfilled when they are done. */
  send(...commands: readonly string[]): Promise<void> {
    const child = this.#child ?? this.#start();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      child.stdin?.write(`${[...commands, answered].join('\n')}\n`);
    });
  }

  close(): void {
    this.#child?.stdin?.end();
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const [program, ...args] = inNetns(this.#netns, ['ip', '-oneline', '-force', '-batch', '-']);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout !== null) createInterface(child.stdout).on('line', () => this.#waiting.shift()?.());
    this.#child = child;
    return child;
  }
}
