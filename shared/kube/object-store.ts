import { type ApiObject, keyOf, type ObjectKey, type ObjectMeta } from '../api/object-meta.ts';
import type { Change, WriteThroughCache } from './informer.ts';

export interface ObjectStoreOptions<T> {
  /** Objects for which it says no are treated as if they did not exist. */
  readonly keep: (object: T) => boolean;
  /** A listener threw; the others are called all the same. */
  readonly onListenerError: (error: unknown) => void;
}

/** One version of one object. */
export type VersionedName = Pick<ObjectMeta, 'namespace' | 'name' | 'uid' | 'resourceVersion'>;

/** What a list has brought so far. Bounded by the number of objects; `changed` by what changed while nobody watched. */
export interface Listing<T> {
  readonly keys: Set<ObjectKey>;
  readonly changed: T[];
}

/**
 * The cache of one kind. A change is told once, after it is in the cache; an object that comes again with the
 * resourceVersion it had is no change. All maps are bounded by the number of objects in the cluster, and the versions of
 * one by the writes to it that the watch has not told of.
 */
export class ObjectStore<T extends ApiObject> implements WriteThroughCache<T> {
  readonly #options: ObjectStoreOptions<T>;
  readonly #objects = new Map<ObjectKey, T>();
  /** Versions that writes of ours have gone past, until the watch or a list brings a later one. */
  readonly #passed = new Map<ObjectKey, string[]>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  #synced = false;

  constructor(options: ObjectStoreOptions<T>) {
    this.#options = options;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key);
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  wrote(before: T, after: T): void {
    const key = keyOf(after.meta);
    const { resourceVersion } = before.meta;
    const known = this.#objects.get(key)?.meta;
    if (known?.uid !== after.meta.uid || known.resourceVersion !== resourceVersion) return;
    if (after.meta.resourceVersion === resourceVersion || !this.#options.keep(after)) return;
    this.#objects.set(key, after);
    const passed = this.#passed.get(key);
    if (passed === undefined) this.#passed.set(key, [resourceVersion]);
    else passed.push(resourceVersion);
  }

  /**
   * Takes note that an object is there in this version. Returns false where that is news, so that the object must be
   * `set`; of what the cache has or had, most of all of our own writes, nothing else need be read.
   */
  note(meta: VersionedName): boolean {
    const key = keyOf(meta);
    const known = this.#objects.get(key)?.meta;
    if (known?.uid !== meta.uid) return false;
    if (known.resourceVersion !== meta.resourceVersion) {
      return this.#passed.get(key)?.includes(meta.resourceVersion) === true;
    }
    this.#passed.delete(key);
    return true;
  }

  /** The object is there, as given. */
  set(object: T): void {
    const key = keyOf(object.meta);
    if (!this.#options.keep(object)) {
      this.delete(key);
      return;
    }
    if (this.note(object.meta)) return;
    const previous = this.#objects.get(key);
    if (previous?.meta.uid === object.meta.uid) {
      this.#passed.delete(key);
      this.#objects.set(key, object);
      this.#tell({ type: 'modified', object, previous });
      return;
    }
    // Another uid under the same name: the old object was deleted and a new one created while we were away.
    if (previous !== undefined) this.#remove(key, previous);
    this.#objects.set(key, object);
    this.#tell({ type: 'added', object });
  }

  /** The object is gone; told with the last state that the cache had. */
  delete(key: ObjectKey): void {
    const object = this.#objects.get(key);
    if (object !== undefined) this.#remove(key, object);
  }

  /** What a list says from now on contains all writes that were answered before. */
  beginList(): void {
    this.#passed.clear();
  }

  /** One object of a list that is under way. In the first list it is there at once, later it waits for the end. */
  setListed(object: T, listing: Listing<T>): void {
    if (!this.#options.keep(object)) return;
    const key = keyOf(object.meta);
    const known = this.#objects.get(key);
    if (!this.#synced) this.set(object);
    else if (known?.meta.resourceVersion !== object.meta.resourceVersion) listing.changed.push(object);
    if (!this.#synced || known?.meta.uid === object.meta.uid) listing.keys.add(key);
  }

  /**
   * Ends a complete list: what is in the cache and was not listed has been deleted meanwhile. That is told first, so that
   * nobody takes what is gone for being in the way of what is new.
   */
  endList({ keys, changed }: Listing<T>): void {
    for (const [key, object] of this.#objects) if (!keys.has(key)) this.#remove(key, object);
    for (const object of changed) this.set(object);
    this.#synced = true;
  }

  #remove(key: ObjectKey, object: T): void {
    this.#objects.delete(key);
    this.#passed.delete(key);
    this.#tell({ type: 'deleted', object });
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.onListenerError(error);
      }
    }
  }
}
