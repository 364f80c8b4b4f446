import type { StoreEvent } from './history.ts';
import { type StoredObject, storeKey } from './stored-object.ts';

/** The objects of one kind. */
export class Collection {
  // Bounded by what clients create.
  readonly #objects = new Map<string, StoredObject>();
  #sorted: readonly StoredObject[] | undefined;

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#objects.get(storeKey(namespace, name));
  }

  set(object: StoredObject): void {
    this.#objects.set(storeKey(object.namespace, object.name), object);
    this.#sorted = undefined;
  }

  delete(object: StoredObject): void {
    this.#objects.delete(storeKey(object.namespace, object.name));
    this.#sorted = undefined;
  }

  /** All objects in order of their keys. */
  sorted(): readonly StoredObject[] {
    this.#sorted ??= sortedByKey(this.#objects.values());
    return this.#sorted;
  }

  /** What it held before these changes, which must be its latest. */
  before(changes: readonly StoreEvent[]): readonly StoredObject[] {
    if (changes.length === 0) return this.sorted();
    const objects = new Map(this.#objects);
    for (const { object, previous } of changes.toReversed()) {
      const key = storeKey(object.namespace, object.name);
      if (previous === undefined) objects.delete(key);
      else objects.set(key, previous);
    }
    return sortedByKey(objects.values());
  }
}

function sortedByKey(objects: Iterable<StoredObject>): readonly StoredObject[] {
  const keyed = [...objects].map((object) => ({ key: storeKey(object.namespace, object.name), object }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : 1));
  return keyed.map((entry) => entry.object);
}
