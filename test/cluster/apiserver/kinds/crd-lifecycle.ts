import { collectionOf, type Registry } from '../registry.ts';
import type { JsonMap } from '../resource-definition.ts';
import { timestamp } from '../rest/metadata.ts';
import { definitionsOf } from '../schema/crd-definition.ts';
import { isMap, jsonEqual, listAt, mapAt, mapsAt, stringAt } from '../schema/json-value.ts';
import type { StoreEvent } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** Where the definitions are stored. */
export const crdCollection = 'apiextensions.k8s.io/customresourcedefinitions';

/** Serves the kinds of the stored CustomResourceDefinitions, from the moment of each one's creation. */
export class CrdLifecycle {
  readonly #store: Store;
  readonly #registry: Registry;
  readonly #nowMs: () => number;

  constructor(store: Store, registry: Registry, nowMs: () => number) {
    this.#store = store;
    this.#registry = registry;
    this.#nowMs = nowMs;
  }

  /** Serves what is stored already and follows every change. */
  start(): void {
    for (const crd of this.#store.collection(crdCollection).sorted()) this.#serve(crd);
    this.#store.subscribe(crdCollection, (event) => this.#onChange(event));
  }

  #onChange(event: StoreEvent): void {
    if (event.type === 'DELETED') this.#withdraw(event.object);
    else this.#serve(event.object);
  }

  #serve(crd: StoredObject): void {
    this.#registry.serve(crd.name, definitionsOf(crd.json));
  }

  #withdraw(crd: StoredObject): void {
    this.#registry.withdraw(crd.name);
    const [group, plural] = [stringAt(crd.json, ['spec', 'group']), stringAt(crd.json, ['spec', 'names', 'plural'])];
    const collection = collectionOf({ group, plural });
    for (const object of this.#store.collection(collection).sorted()) this.#store.remove(collection, object);
  }

  /** Writes the conditions by which clients see that a definition is served; the real server does it a moment later too. */
  establish(): void {
    for (const crd of this.#store.collection(crdCollection).sorted()) {
      const status = establishedStatus(crd.json, this.#nowMs());
      if (!jsonEqual(status, crd.json['status'] ?? {})) this.#store.put(crdCollection, { ...crd.json, status });
    }
  }
}

function establishedStatus(crd: JsonMap, nowMs: number): JsonMap {
  const spec = mapAt(crd, ['spec']);
  const storage = mapsAt(spec, ['versions']).find((version) => version['storage'] === true);
  const kept = listAt(crd, ['status', 'conditions']).filter(isMap);
  const conditions = kept.length > 0 ? [...kept] : newConditions(nowMs);
  return {
    conditions,
    acceptedNames: mapAt(spec, ['names']),
    storedVersions: storage === undefined ? [] : [stringAt(storage, ['name'])],
  };
}

function newConditions(nowMs: number): JsonMap[] {
  const lastTransitionTime = timestamp(nowMs);
  return [
    {
      type: 'NamesAccepted',
      status: 'True',
      reason: 'NoConflicts',
      message: 'no conflicts found',
      lastTransitionTime,
    },
    {
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
      lastTransitionTime,
    },
  ];
}
