import type { ServerResponse } from 'node:http';
import { sendStatusError } from './http/json-response.ts';
import { StatusError } from './http/status-error.ts';
import type { JsonMap } from './resource-definition.ts';
import type { WatchStream } from './rest/watch-stream.ts';
import type { Store } from './store/store.ts';

/** What happens to a write that is made to fail. `cut` closes the connection without an answer. */
export type WriteFault = 409 | 429 | 500 | 503 | 'cut';

export interface WriteFaults {
  readonly fault: WriteFault;
  /** 0 to 1. Spread evenly, not by chance: with 0.25 every fourth write fails. */
  readonly fraction: number;
  /** Where it fails before the write is done, or after (the answer alone is lost); default before. */
  readonly after?: boolean;
  /** Plural of the only kind concerned; default all. */
  readonly plural?: string;
  /** For 429 and 503; default 1. */
  readonly retryAfterSeconds?: number;
}

/** Faults that a test switches on and off. */
export class Faults {
  readonly #store: Store;
  readonly #streams: ReadonlySet<WatchStream>;
  #writes: WriteFaults | undefined;
  #owed = 0;
  #paused = false;

  constructor(store: Store, streams: ReadonlySet<WatchStream>) {
    this.#store = store;
    this.#streams = streams;
  }

  /** Undefined ends it. */
  failWrites(faults: WriteFaults | undefined): void {
    this.#writes = faults;
    this.#owed = 0;
  }

  /** Drops the connections of all watches. */
  cutWatches(): void {
    for (const stream of [...this.#streams]) stream.cut();
  }

  /** Forgets all history: a watch or an exact list from before is answered with 410 Expired. */
  compactHistory(): void {
    this.#store.compact();
  }

  /** Stores an object that no write could have made, as a backup does that is restored into etcd. */
  restore(collection: string, object: JsonMap): void {
    this.#store.put(collection, object);
  }

  /** From now on requests are accepted and never answered, and watches fall silent: half-open connections. */
  pause(): void {
    this.#paused = true;
    for (const stream of this.#streams) stream.freeze();
  }

  /** New requests are answered again; what was left hanging stays so, as after a real network fault. */
  resume(): void {
    this.#paused = false;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The fault for the next write of this kind, if it is its turn. */
  nextWriteFault(plural: string): WriteFaults | undefined {
    const faults = this.#writes;
    if (faults === undefined || (faults.plural !== undefined && faults.plural !== plural)) return undefined;
    this.#owed += faults.fraction;
    if (this.#owed < 1) return undefined;
    this.#owed -= 1;
    return faults;
  }
}

/** Answers a request with its fault. */
export function answerFault(response: ServerResponse, faults: WriteFaults): void {
  if (faults.fault === 'cut') {
    response.destroy();
    return;
  }
  sendStatusError(response, faultStatus(faults, faults.fault));
}

function faultStatus(faults: WriteFaults, code: 409 | 429 | 500 | 503): StatusError {
  const retryAfterSeconds = faults.retryAfterSeconds ?? 1;
  switch (code) {
    case 409:
      return new StatusError(409, 'Conflict', 'Operation cannot be fulfilled: injected fault');
    case 429:
      return new StatusError(429, 'TooManyRequests', 'The server has received too many requests: injected fault', {
        retryAfterSeconds,
      });
    case 503:
      return new StatusError(503, 'ServiceUnavailable', 'injected fault', { retryAfterSeconds });
    case 500:
      return new StatusError(500, 'InternalError', 'Internal error occurred: injected fault');
  }
}
