import { type JsonObject, readObject, readText } from '../api/json.ts';
import { type ApiObject, keyOf } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';
import { apiBackoff, Backoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { deferred } from '../runtime/deferred.ts';
import { delay } from '../runtime/delay.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { ApiClient, WatchEvent } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { InformerTask, WriteThroughCache } from './informer.ts';
import { type Listing, ObjectStore, type VersionedName } from './object-store.ts';
import { isOlderOrSame } from './resource-version.ts';
import { recoveryFrom } from './watch-recovery.ts';

export interface InformerOptions<T extends ApiObject> {
  /** Names the task and its log lines; `informer-<plural>` by default. */
  readonly name?: string;
  readonly client: ApiClient;
  readonly type: ResourceType<T>;
  /** '' watches all namespaces. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Keeps in the cache only what it says yes to: the rest costs no memory and is never told. */
  readonly keep?: (object: T) => boolean;
  /** Told when it can no longer follow, and why, and when it does again. */
  readonly onState?: (state: 'following' | 'lost', error: unknown) => void;
}

/** Items per page of a list, as client-go. */
const pageSize = 500;
/** A watch that lasted this long, or brought anything, was a success. */
const soundWatchMs = 10_000;
/** A server with trouble may accept a watch and end it with an error at once: that is not yet worth a log line. */
const steadyWatchMs = 1_000;
const rememberedFailures = 5;

/**
 * Lists a kind and follows it. Whatever happens to the server or to the connection, the task retries until the signal
 * aborts, and the cache keeps what it had; after a new list the difference is told as changes. Connections that went
 * silent are the client's business: its `watch` fails within 30 s.
 */
export function informerTask<T extends ApiObject>(options: InformerOptions<T>): InformerTask<T> {
  const name = options.name ?? `informer-${options.type.plural}`;
  const informer = new Informer(name, options);
  return { name, ready: informer.ready, cache: informer.cache, run: (signal) => informer.run(signal) };
}

class Informer<T extends ApiObject> {
  readonly #name: string;
  readonly #options: InformerOptions<T>;
  readonly #store: ObjectStore<T>;
  readonly #backoff: Backoff;
  readonly #ready = deferred();
  /** Those in a row, at most `rememberedFailures`. */
  #failures: readonly unknown[] = [];
  /** Where the watch goes on; undefined: a list is due. */
  #version: string | undefined;
  /** One whole list instead of pages, after a list whose later pages had expired. */
  #unpaged = false;
  #state: 'starting' | 'following' | 'lost' = 'starting';

  constructor(name: string, options: InformerOptions<T>) {
    this.#name = name;
    this.#options = options;
    this.#backoff = new Backoff(apiBackoff, options.random);
    this.#store = new ObjectStore<T>({
      keep: options.keep ?? (() => true),
      onListenerError: (error) => options.log.error('informer-listener-failed', { informer: name, error }),
    });
  }

  get cache(): WriteThroughCache<T> {
    return this.#store;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  /** Returns the resourceVersion of the list, once the cache equals it. */
  async #list(signal: AbortSignal): Promise<string> {
    const { client, type } = this.#options;
    const listing: Listing<T> = { keys: new Set(), changed: [] };
    this.#store.beginList();
    let continueToken = '';
    for (;;) {
      const page = await client
        .list(type, {
          ...this.#selection(),
          signal,
          ...(this.#unpaged ? {} : { limit: pageSize }),
          ...(continueToken === '' ? {} : { continueToken }),
        })
        .catch((error: unknown) => {
          // The snapshot that the pages come from was compacted away: next time all at once, as client-go does. Where
          // that fails, it may have been too much for one answer.
          this.#unpaged = continueToken !== '' && isExpired(error);
          throw error;
        });
      for (const item of page.items) this.#store.setListed(type.parse(item), listing);
      continueToken = page.continueToken;
      if (continueToken === '') {
        this.#unpaged = false;
        this.#store.endList(listing);
        this.#ready.resolve();
        return page.resourceVersion;
      }
    }
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, type, clock, random } = this.#options;
    const startedMs = clock.now();
    let sound = false;
    let cancelOpen = (): void => undefined;
    try {
      const events = client.watch(type, {
        ...this.#selection(),
        resourceVersion,
        // Spread, so that the watches of a thousand nodes do not all end in the same second.
        timeoutSeconds: 290 + Math.floor(random() * 300),
        signal,
        onOpen: () => {
          cancelOpen = clock.after(steadyWatchMs, () => this.#setState('following'));
        },
      });
      for await (const event of events) {
        sound = true;
        this.#setState('following');
        this.#apply(event);
      }
    } finally {
      cancelOpen();
      sound ||= clock.now() - startedMs >= soundWatchMs;
      if (sound) this.#forgetFailures();
    }
    // A server that accepts and ends watches at once must not be asked in a tight loop.
    if (!sound) await delay(clock, this.#backoff.next(), signal);
  }

  #apply(event: WatchEvent): void {
    const name = versionedName(event.object);
    const version = name.resourceVersion;
    // Told again, or late: what it says is known, or no longer true.
    if (version !== '' && this.#version !== undefined && isOlderOrSame(version, this.#version)) return;
    if (event.type === 'DELETED') this.#store.delete(keyOf(name));
    else if (event.type !== 'BOOKMARK' && !this.#store.note(name)) {
      this.#store.set(this.#options.type.parse(event.object));
    }
    if (version !== '') this.#version = version;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    this.#failures = [...this.#failures, error].slice(-rememberedFailures);
    const { relist, atOnce } = recoveryFrom(this.#failures);
    if (relist) this.#version = undefined;
    if (atOnce) {
      log.info('informer-relisting', { informer: this.#name, error });
      return;
    }
    this.#setState('lost', error);
    await delay(clock, this.#backoff.next(error instanceof ApiError ? error.retryAfterMs : 0), signal);
  }

  #forgetFailures(): void {
    this.#failures = [];
    this.#backoff.reset();
  }

  #setState(state: 'following' | 'lost', error?: unknown): void {
    if (this.#state === state) return;
    this.#state = state;
    const { log, onState } = this.#options;
    onState?.(state, error);
    if (state === 'lost') log.warn('informer-lost', { informer: this.#name, error });
    else log.info('informer-following', { informer: this.#name, objects: this.#store.size });
  }

  #selection() {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      namespace,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
  }
}

/** What is needed of an object to tell whether the rest of it is news. */
function versionedName(object: JsonObject): VersionedName {
  const metadata = readObject(object, 'metadata');
  return {
    namespace: readText(metadata, 'namespace'),
    name: readText(metadata, 'name'),
    uid: readText(metadata, 'uid'),
    resourceVersion: readText(metadata, 'resourceVersion'),
  };
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'Expired';
}
