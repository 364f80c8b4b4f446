import type { StoredObject } from './stored-object.ts';

/** One change. `object` is the state after it, for a removal the last state with the removal's revision. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  readonly revision: number;
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
}

/** The latest changes in order of revision, at most `limit`; revisions are consecutive, so that one is found by its place. */
export class History {
  readonly #limit: number;
  #events: StoreEvent[] = [];
  #oldest: number;

  /** Knows nothing of changes up to `revision`. */
  constructor(limit: number, revision: number) {
    this.#limit = limit;
    this.#oldest = revision;
  }

  /** Changes after this revision are all here. */
  get oldest(): number {
    return this.#oldest;
  }

  append(event: StoreEvent): void {
    this.#events.push(event);
    // Trimmed by halves, so that the cost of moving is spread.
    if (this.#events.length >= this.#limit * 2) this.compact(event.revision - this.#limit);
  }

  /** Forgets the changes up to and including `revision`. */
  compact(revision: number): void {
    const forgotten = Math.min(Math.max(revision - this.#oldest, 0), this.#events.length);
    this.#events = this.#events.slice(forgotten);
    this.#oldest += forgotten;
  }

  /** The changes after `revision`; undefined where some of them are forgotten. */
  after(revision: number): readonly StoreEvent[] | undefined {
    return revision < this.#oldest ? undefined : this.#events.slice(revision - this.#oldest);
  }
}
