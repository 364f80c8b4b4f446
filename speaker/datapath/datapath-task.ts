import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { loadLibc } from '../system/libc.ts';
import { WakeUp } from '../system/wake-up.ts';
import { type AnnouncerOptions, defaultAnnouncerOptions } from './announcer.ts';
import {
  leasesAlone,
  type MessageFromThread,
  type MessageToThread,
  type PulseOptions,
  type ThreadOptions,
} from './datapath-message.ts';
import { packTable } from './packed-table.ts';
import type { DatapathEvent, DatapathTable, HeldKeys } from './table.ts';

export interface DatapathTaskOptions {
  readonly clock: Clock;
  /** This node's name. */
  readonly self: string;
  /** Between repeated announcements of an address; 0 = off. */
  readonly refreshMs: number;
  /** `leasesAlone` by default. */
  readonly pulses?: PulseOptions;
}

/** Main's handle of the datapath thread. */
export class DatapathTask implements Task {
  readonly name = 'datapath';
  readonly ready: Promise<void>;
  readonly #clock: Clock;
  readonly #self: string;
  readonly #announcer: AnnouncerOptions;
  readonly #pulses: PulseOptions;
  readonly #listeners = new Set<(event: DatapathEvent) => void>();
  readonly #started = Promise.withResolvers<void>();
  #thread: { readonly port: MessagePort; readonly wakeUp: WakeUp } | undefined;
  #table: DatapathTable | undefined;
  #keys: HeldKeys | undefined;
  #lastTickMs = Number.NEGATIVE_INFINITY;

  constructor(options: DatapathTaskOptions) {
    this.#clock = options.clock;
    this.#self = options.self;
    this.#announcer = { ...defaultAnnouncerOptions, refreshMs: options.refreshMs };
    this.#pulses = options.pulses ?? leasesAlone;
    this.ready = this.#started.promise;
  }

  /** When the thread was last heard, on the clock's `now()`; it ticks every other second. */
  get lastTickMs(): number {
    return this.#lastTickMs;
  }

  /** Puts a table in force; before the thread runs, the last one waits for it. */
  send(table: DatapathTable): void {
    this.#table = table;
    this.#post({ type: 'table', table: packTable(table) });
  }

  /** As `send`, for the keys of pulses. */
  setKeys(keys: HeldKeys): void {
    this.#keys = keys;
    this.#post({ type: 'keys', keys });
  }

  /** A member's Lease was seen to change so long ago. */
  leaseRenewed(node: string, agoMs: number): void {
    this.#post({ type: 'leaseRenewed', node, agoMs });
  }

  /** The API server answered what it was asked so long ago. */
  apiHeard(agoMs: number): void {
    this.#post({ type: 'apiHeard', agoMs });
  }

  /** Lets others take over while this node still answers; the event `drained` says that they have. */
  leave(): void {
    this.#post({ type: 'leave' });
  }

  /** The returned function unsubscribes. */
  onEvent(listener: (event: DatapathEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws what the thread died of: SystemCallError where sockets can't be opened. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const wakeUp = WakeUp.open(loadLibc());
    const { port1, port2 } = new MessageChannel();
    const options: ThreadOptions = {
      wakeUpDescriptor: wakeUp.fd,
      self: this.#self,
      announcer: this.#announcer,
      pulses: this.#pulses,
    };
    const worker = new Worker(threadEntry(), { workerData: { port: port2, options }, transferList: [port2] });
    this.#thread = { port: port1, wakeUp };
    port1.on('message', (message: MessageFromThread) => this.#receive(message));
    // Blocked in epoll_wait, the thread would hold up the end of the process: it is told in either case.
    const stop = (): void => this.#post({ type: 'stop' });
    process.once('exit', stop);
    signal.addEventListener('abort', stop, { once: true });
    if (this.#keys !== undefined) this.setKeys(this.#keys);
    if (this.#table !== undefined) this.send(this.#table);
    // Closed by the thread, or with it: by then its last events are here.
    const drained = once(port1, 'close');
    try {
      await once(worker, 'exit');
      await drained;
    } finally {
      this.#thread = undefined;
      process.removeListener('exit', stop);
      signal.removeEventListener('abort', stop);
      port1.close();
      wakeUp.close();
    }
    if (!signal.aborted) throw new Error('cannot go on: the datapath thread ended');
  }

  #post(message: MessageToThread): void {
    this.#thread?.port.postMessage(message);
    this.#thread?.wakeUp.wake();
  }

  #receive(message: MessageFromThread): void {
    this.#lastTickMs = this.#clock.now();
    if (message.type === 'started') this.#started.resolve();
    else for (const event of message.events) for (const listener of this.#listeners) listener(event);
  }
}

/** Beside this file in the source tree; in the bundle beside the program. */
function threadEntry(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./main.ts', import.meta.url)
    : new URL('./speaker-datapath.mjs', import.meta.url);
}
