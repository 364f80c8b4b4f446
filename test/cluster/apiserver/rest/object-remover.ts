import { conflict, notFound } from '../http/status-error.ts';
import { collectionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { mapAt, stringAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';
import { StoredObject } from '../store/stored-object.ts';
import { finalizersOf, isDeleting, timestamp } from './metadata.ts';

export interface DeleteRequest {
  readonly definition: ResourceDefinition;
  readonly dryRun: boolean;
  readonly nowMs: number;
  /** metav1.Preconditions; '' where the client sets none. */
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface Deletion {
  readonly object: StoredObject;
  /** False while finalizers hold the object. */
  readonly gone: boolean;
}

/** Lets a kind take its deletion into its own hands; undefined leaves it to the usual way. */
export type DeletionHook = (request: DeleteRequest, object: StoredObject) => Deletion | undefined;

/** Deletes objects; finalizers turn the deletion into a mark. */
export class ObjectRemover {
  readonly #store: Store;
  readonly #hook: DeletionHook;

  constructor(store: Store, hook: DeletionHook) {
    this.#store = store;
    this.#hook = hook;
  }

  delete(request: DeleteRequest, namespace: string, name: string): Deletion {
    const object = this.#store.collection(collectionOf(request.definition)).get(namespace, name);
    if (object === undefined) throw notFound(request.definition, name);
    return this.deleteObject(request, object);
  }

  deleteObject(request: DeleteRequest, object: StoredObject): Deletion {
    requirePreconditions(request, object);
    return this.#hook(request, object) ?? this.#deleteOrMark(request, object);
  }

  #deleteOrMark(request: DeleteRequest, object: StoredObject): Deletion {
    const collection = collectionOf(request.definition);
    if (finalizersOf(object.json).length === 0) {
      return { object: request.dryRun ? object : this.#store.remove(collection, object), gone: true };
    }
    if (isDeleting(object.json)) return { object, gone: false };
    const marked = markedForDeletion(object.json, request.nowMs);
    return { object: request.dryRun ? new StoredObject(marked, 0) : this.#store.put(collection, marked), gone: false };
  }
}

export function markedForDeletion(object: JsonMap, nowMs: number): JsonMap {
  const metadata = mapAt(object, ['metadata']);
  return {
    ...object,
    metadata: { ...metadata, deletionTimestamp: timestamp(nowMs), deletionGracePeriodSeconds: 0 },
  };
}

function requirePreconditions(request: DeleteRequest, object: StoredObject): void {
  // Here the real server names the kind where it names the resource elsewhere.
  const { definition } = request;
  const resource = { ...definition, plural: definition.kind };
  const uid = stringAt(object.json, ['metadata', 'uid']);
  if (request.uid !== '' && request.uid !== uid) {
    const why =
      `the UID in the precondition (${request.uid}) does not match the UID in record (${uid}). ` +
      'The object might have been deleted and then recreated';
    throw conflict(resource, object.name, why);
  }
  if (request.resourceVersion !== '' && request.resourceVersion !== String(object.revision)) {
    const why =
      `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ResourceVersion in ` +
      `record (${object.revision}). The object might have been modified`;
    throw conflict(resource, object.name, why);
  }
}
