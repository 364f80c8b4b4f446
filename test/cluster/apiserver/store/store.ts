import type { JsonMap } from '../resource-definition.ts';
import { mapAt } from '../schema/json-value.ts';
import { Collection } from './collection.ts';
import { History, type StoreEvent } from './history.ts';
import { StoredObject } from './stored-object.ts';

/** Where the store keeps what must survive a restart. */
export interface Journal {
  record(event: StoreEvent): void;
}

export interface StoreOptions {
  readonly historyLimit: number;
  /** The revision to go on from. */
  readonly revision: number;
  readonly journal?: Journal | undefined;
}

/**
 * All objects, by collection (`group/plural`), under one counter: every write gets the next revision, as in etcd.
 * Listeners are told synchronously, in order of revision.
 */
export class Store {
  // One entry per served kind.
  readonly #collections = new Map<string, Collection>();
  // One entry per open watch and internal index.
  readonly #listeners = new Map<string, Set<(event: StoreEvent) => void>>();
  readonly #history: History;
  readonly #journal: Journal | undefined;
  #revision: number;

  constructor(options: StoreOptions) {
    this.#revision = options.revision;
    this.#history = new History(options.historyLimit, options.revision);
    this.#journal = options.journal;
  }

  get revision(): number {
    return this.#revision;
  }

  get oldestRevision(): number {
    return this.#history.oldest;
  }

  collection(name: string): Collection {
    let found = this.#collections.get(name);
    if (found === undefined) {
      found = new Collection();
      this.#collections.set(name, found);
    }
    return found;
  }

  /** Takes over an object that a journal kept, with its revision. */
  restore(collection: string, object: StoredObject): void {
    this.collection(collection).set(object);
  }

  /** Creates or replaces; the object's resourceVersion is set to the new revision. */
  put(collection: string, json: JsonMap): StoredObject {
    const revision = ++this.#revision;
    const object = stamped(json, revision);
    const objects = this.collection(collection);
    const previous = objects.get(object.namespace, object.name);
    objects.set(object);
    this.#publish({ type: previous === undefined ? 'ADDED' : 'MODIFIED', collection, revision, object, previous });
    return object;
  }

  /** Removes; the event carries the object's last state, if that differs from the stored, with the removal's revision. */
  remove(collection: string, object: StoredObject, lastState: JsonMap = object.json): StoredObject {
    const revision = ++this.#revision;
    const last = stamped(lastState, revision);
    this.collection(collection).delete(object);
    this.#publish({ type: 'DELETED', collection, revision, object: last, previous: object });
    return last;
  }

  /** The collection's changes after a revision; undefined where the history no longer holds them all. */
  changesAfter(collection: string, revision: number): readonly StoreEvent[] | undefined {
    return this.#history.after(revision)?.filter((event) => event.collection === collection);
  }

  /** The collection as it was at a revision, sorted; undefined where the history does not reach back to it. */
  snapshot(collection: string, revision: number): readonly StoredObject[] | undefined {
    const changes = this.changesAfter(collection, revision);
    return changes === undefined ? undefined : this.collection(collection).before(changes);
  }

  compact(): void {
    this.#history.compact(this.#revision);
  }

  subscribe(collection: string, listener: (event: StoreEvent) => void): () => void {
    const listeners = this.#listeners.get(collection) ?? new Set();
    this.#listeners.set(collection, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #publish(event: StoreEvent): void {
    this.#history.append(event);
    this.#journal?.record(event);
    const listeners = this.#listeners.get(event.collection);
    if (listeners === undefined) return;
    // A copy: a listener may unsubscribe while it is told.
    for (const listener of [...listeners]) listener(event);
  }
}

function stamped(json: JsonMap, revision: number): StoredObject {
  const metadata = { ...mapAt(json, ['metadata']), resourceVersion: String(revision) };
  return new StoredObject({ ...json, metadata }, revision);
}
