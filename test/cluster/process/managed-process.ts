import { type ChildProcess, type Serializable, spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { inNetns, type Netns } from '../network/iproute.ts';

export interface ProcessSpec {
  readonly name: string;
  readonly netns: Netns;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Opens a channel for messages to the program. */
  readonly ipc?: boolean;
  /**
   * It measures, or stands in for what a kernel does: where the test itself runs with a higher priority, so does this,
   * and so it shows what the others do and not what they leave of the machine.
   */
  readonly urgent?: boolean;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Kept of a process's output: enough to see why it failed. */
const keptLines = 2000;

/** One program of the cluster: it can be started again after it has ended, and remembers what it printed. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  /** The last lines of all its lives; bounded by `keptLines`. */
  readonly #lines: string[] = [];
  readonly #lineListeners = new Set<(line: string) => void>();
  readonly #endListeners = new Set<(ending: Ending) => void>();
  #child: ChildProcess | undefined;

  constructor(spec: ProcessSpec) {
    this.spec = spec;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** As the sandbox knows it; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#child !== undefined) throw new Error(`cannot start ${this.spec.name}: it runs already`);
    const { netns, command, urgent } = this.spec;
    const [program, ...args] = inNetns(netns, command);
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(this.spec.ipc === true ? (['ipc'] as const) : [])],
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, ...this.spec.env },
    });
    this.#child = child;
    if (urgent !== true && child.pid !== undefined && getPriority() < 0) setPriority(child.pid, 0);
    this.#readLines(child.stdout);
    this.#readLines(child.stderr);
    child.once('error', (error) => this.#keep(`cannot start: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = undefined;
      this.#keep(`ended: ${signal ?? `exit code ${code}`}`);
      for (const listener of this.#endListeners) listener({ code, signal });
    });
  }

  /** Sends the signal; with SIGTERM, SIGINT and SIGKILL, resolves when it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ends = signal === 'SIGTERM' || signal === 'SIGKILL' || signal === 'SIGINT';
    const ended = ends ? once(child, 'exit') : undefined;
    child.kill(signal);
    // A stopped process sees the signal only once it goes on.
    if (ends) child.kill('SIGCONT');
    await ended;
  }

  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.kill(signal);
    this.start();
  }

  send(message: Serializable): void {
    this.#child?.send(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child?.on('message', listener);
  }

  onEnd(listener: (ending: Ending) => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Told of each line that it prints from now on. */
  onLine(listener: (line: string) => void): () => void {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  }

  /** The newest lines of what it printed, oldest first. */
  lastLines(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  /** Resolves with the first line that matches, counting those already printed; rejects when the process ends or time is up. */
  waitForLine(pattern: RegExp, timeoutMs: number): Promise<string> {
    const seen = this.#lines.find((line) => pattern.test(line));
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#lineListeners.delete(onLine);
        stopListening();
        finish();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${this.spec.name} ${why}:\n${this.lastLines(20).join('\n')}`)));
      const onLine = (line: string): void => {
        if (pattern.test(line)) settle(() => resolve(line));
      };
      const timer = setTimeout(() => fail(`printed nothing like ${pattern} within ${timeoutMs} ms`), timeoutMs);
      const stopListening = this.onEnd(() => fail('ended'));
      this.#lineListeners.add(onLine);
    });
  }

  #readLines(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => this.#keep(line));
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    for (const listener of this.#lineListeners) listener(line);
  }
}
