import { KeyQueue } from '../runtime/key-queue.ts';
import type { EventToRecord } from './event-recorder.ts';
import { RecentMap } from './recent-map.ts';
import { TokenBucket } from './token-bucket.ts';

/** Equal events that wait together, or similar ones of which there were many. Times are Unix ms. */
export interface PendingEvent {
  readonly key: string;
  readonly event: EventToRecord;
  /** Of several messages: the event's is that of the last. */
  readonly combined: boolean;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** An Event object that was written, and to which equal events are added. */
export interface WrittenEvent {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly lastMs: number;
}

export type EventWrite =
  | { readonly type: 'create'; readonly pending: PendingEvent }
  | { readonly type: 'count'; readonly pending: PendingEvent; readonly written: WrittenEvent; readonly count: number };

export type QueuedAs = 'queued' | 'merged' | 'spam' | 'queuedDroppingOldest';

/** How long equal events are counted in one object, as client-go's event correlator. */
const aggregateMs = 600_000;
/** Events that differ in their message alone: from this one on they are combined, as client-go does. */
const similarEvents = 10;
const combinedPrefix = '(combined from similar events): ';
/** Bound of what is remembered of objects and of written events; client-go's. */
const rememberedEntries = 4096;

export interface EventQueueLimits {
  readonly maxPending: number;
  /** Per object; client-go's spam filter: 25 at once, then one in five minutes. */
  readonly burstPerObject: number;
  readonly refillPerObjectMs: number;
}

export const defaultEventQueueLimits: EventQueueLimits = {
  maxPending: 5_000,
  burstPerObject: 25,
  refillPerObjectMs: 300_000,
};

/** Events on their way to the API server, without clock or I/O of its own: merged, filtered and bounded. */
export class EventQueue {
  readonly #limits: EventQueueLimits;
  /** At most `maxPending`. */
  readonly #pending = new Map<string, PendingEvent>();
  /** The keys of `#pending` in order of arrival. */
  readonly #order = new KeyQueue();
  readonly #written = new RecentMap<WrittenEvent>(rememberedEntries);
  /** Different messages of similar events within `aggregateMs`, at most `similarEvents` of each. */
  readonly #similar = new RecentMap<{ readonly messages: string[]; lastMs: number }>(rememberedEntries);
  readonly #buckets = new RecentMap<TokenBucket>(rememberedEntries);

  constructor(limits: EventQueueLimits = defaultEventQueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#pending.size;
  }

  add(event: EventToRecord, wallMs: number): QueuedAs {
    const { kind, namespace, name, uid } = event.regarding;
    const objectKey = `${kind}/${namespace}/${name}/${uid}`;
    if (!this.#bucketOf(objectKey, wallMs).take(wallMs)) return 'spam';
    const similarKey = `${objectKey}\n${event.type}\n${event.reason}`;
    const combined = this.#isOneOfMany(similarKey, event.message, wallMs);
    // Only the message may have a newline in it, and stands last.
    const key = combined ? similarKey : `${similarKey}\n${event.message}`;
    const told = combined ? { ...event, message: combinedPrefix + event.message } : event;
    const known = this.#pending.get(key);
    if (known !== undefined) {
      this.#pending.set(key, { ...known, event: told, count: known.count + 1, lastMs: wallMs });
      return 'merged';
    }
    this.#pending.set(key, { key, event: told, combined, count: 1, firstMs: wallMs, lastMs: wallMs });
    this.#order.add(key);
    if (this.#pending.size <= this.#limits.maxPending) return 'queued';
    this.#takeOldest();
    return 'queuedDroppingOldest';
  }

  /** Takes the oldest one and says how it is to be written. */
  take(): EventWrite | undefined {
    const pending = this.#takeOldest();
    if (pending === undefined) return undefined;
    const written = this.#written.get(pending.key);
    if (written === undefined || pending.lastMs - written.lastMs > aggregateMs) return { type: 'create', pending };
    return { type: 'count', pending, written, count: written.count + pending.count };
  }

  /** The write was accepted. */
  remember(key: string, written: WrittenEvent): void {
    this.#written.set(key, written);
  }

  /** The object that was to be counted up is gone: the next one is created. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  #takeOldest(): PendingEvent | undefined {
    const key = this.#order.take();
    const pending = key === undefined ? undefined : this.#pending.get(key);
    if (key !== undefined) this.#pending.delete(key);
    return pending;
  }

  /** Whether so many events that differ in their message alone came lately that they are combined. */
  #isOneOfMany(similarKey: string, message: string, wallMs: number): boolean {
    const known = this.#similar.get(similarKey);
    if (known === undefined || wallMs - known.lastMs > aggregateMs) {
      this.#similar.set(similarKey, { messages: [message], lastMs: wallMs });
      return false;
    }
    const { messages } = known;
    known.lastMs = wallMs;
    if (messages.length < similarEvents && !messages.includes(message)) messages.push(message);
    return messages.length >= similarEvents;
  }

  #bucketOf(key: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const { burstPerObject: burst, refillPerObjectMs: refillMs } = this.#limits;
    const bucket = new TokenBucket({ burst, refillMs, nowMs });
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
