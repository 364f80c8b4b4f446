import { apiBackoff, Backoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { deferred } from '../runtime/deferred.ts';
import { delay } from '../runtime/delay.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { Task } from '../runtime/task.ts';
import type { ApiClient, WriteOptions } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { callWithin } from './call-within.ts';
import {
  type EventSource,
  eventJson,
  eventMessage,
  eventName,
  eventNamespace,
  eventResource,
  eventTime,
} from './event-object.ts';
import { EventQueue, type EventWrite, type PendingEvent, type WrittenEvent } from './event-queue.ts';
import type { EventRecorder, EventToRecord } from './event-recorder.ts';
import { TokenBucket } from './token-bucket.ts';
import { isTransient } from './transient-error.ts';

export interface EventRecorderOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly source: EventSource;
}

export interface EventRecorderTask extends Task, EventRecorder {}

/** All events of this process together: 100 at once, then 50 per second. */
const burst = 100;
const refillMs = 20;
/** Tries per event, as client-go. */
const maxTries = 12;
/** What waits at exit is still written, for as long as this. */
const drainMs = 1_000;

/** Writes events one after the other; what the server can't take for long is dropped, the oldest first. */
export function eventRecorderTask(options: EventRecorderOptions): EventRecorderTask {
  const writer = new EventWriter(options);
  return {
    name: 'event-recorder',
    ready: Promise.resolve(),
    record: (event) => writer.record(event),
    run: (signal) => writer.run(signal),
  };
}

class EventWriter {
  readonly #options: EventRecorderOptions;
  readonly #queue = new EventQueue();
  readonly #bucket: TokenBucket;
  #wake = deferred();
  /** Tells names apart that fall into one millisecond; starts anywhere, since several speakers report at once. */
  #nameCounter: number;
  #dropping = false;
  #failing = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#nameCounter = Math.floor(options.random() * 1e6);
    this.#bucket = new TokenBucket({ burst, refillMs, nowMs: options.clock.now() });
  }

  record(event: EventToRecord): void {
    const { clock, log } = this.#options;
    const outcome = this.#queue.add(event, clock.wallMs());
    if (outcome === 'spam') log.debug('event-suppressed', { reason: event.reason, object: event.regarding.name });
    if (outcome === 'queuedDroppingOldest' && !this.#dropping) {
      this.#dropping = true;
      log.warn('events-dropped', { pending: this.#queue.size });
    }
    this.#wake.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const aborted = deferred();
    signal.addEventListener('abort', () => aborted.resolve(), { once: true });
    while (!signal.aborted) {
      const write = this.#queue.take();
      if (write === undefined) {
        this.#dropping = false;
        this.#wake = deferred();
        await Promise.race([this.#wake.promise, aborted.promise]);
      } else {
        while (!signal.aborted && !this.#bucket.take(clock.now())) await delay(clock, refillMs, signal);
        await this.#writeWithRetries(write, signal);
      }
    }
    await this.#drain();
  }

  async #writeWithRetries(write: EventWrite, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const backoff = new Backoff(apiBackoff, random);
    const name = this.#nameFor(write);
    // Not cut short by the signal: the answer to a write that was sent is waited for, within the client's own timeout.
    while (backoff.failures < maxTries) {
      try {
        await this.#write(write, name);
        this.#failing = false;
        return;
      } catch (error) {
        this.#fail(error);
        if (!isTransient(error)) return;
        if (!(await delay(clock, backoff.next(error.retryAfterMs), signal))) return;
      }
    }
  }

  async #write(write: EventWrite, name: string, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    const written =
      write.type === 'count'
        ? await this.#countUp(write, name, options)
        : await this.#create(write.pending, name, options);
    this.#queue.remember(write.pending.key, written);
  }

  async #countUp(write: EventWrite & { type: 'count' }, name: string, options: WriteOptions): Promise<WrittenEvent> {
    const { pending, written, count } = write;
    const message = pending.combined ? { message: eventMessage(pending) } : {};
    const body = { count, lastTimestamp: eventTime(pending.lastMs), ...message };
    try {
      await this.#options.client.patch(eventResource, written, { type: 'merge', body }, options);
      return { ...written, count, lastMs: pending.lastMs };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'NotFound') throw error;
      // The API server forgets events after an hour by default.
      this.#queue.forget(pending.key);
      return this.#create(pending, name, options);
    }
  }

  async #create(pending: PendingEvent, name: string, options: WriteOptions): Promise<WrittenEvent> {
    const { client, source } = this.#options;
    try {
      await client.create(eventResource, eventJson(name, pending, source), options);
    } catch (error) {
      // Written by an earlier try, whose answer was lost.
      if (!(error instanceof ApiError) || error.code !== 'AlreadyExists') throw error;
    }
    const namespace = eventNamespace(pending.event.regarding.namespace);
    return { namespace, name, count: pending.count, lastMs: pending.lastMs };
  }

  /** Nanoseconds in hex, as client-go has it; what the clock lacks is counted. */
  #nameFor({ pending }: EventWrite): string {
    this.#nameCounter = (this.#nameCounter + 1) % 1e6;
    const nanoseconds = BigInt(Math.trunc(this.#options.clock.wallMs())) * 1_000_000n + BigInt(this.#nameCounter);
    return eventName(pending.event.regarding.name, nanoseconds);
  }

  async #drain(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = new AbortController();
    try {
      await callWithin(
        async (inner) => {
          for (let write = this.#queue.take(); write !== undefined; write = this.#queue.take()) {
            inner.throwIfAborted();
            await this.#write(write, this.#nameFor(write), inner);
          }
        },
        { clock, timeoutMs: drainMs, signal },
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#options.log.warn('events-not-written', { pending: this.#queue.size, error });
  }
}
