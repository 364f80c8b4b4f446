import { forbidden, notFound } from '../http/status-error.ts';
import { omit } from '../omit.ts';
import type { Registry } from '../registry.ts';
import { collectionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { timestamp } from '../rest/metadata.ts';
import { type DeleteRequest, type Deletion, markedForDeletion, type ObjectRemover } from '../rest/object-remover.ts';
import type { WriteScope } from '../rest/write-scope.ts';
import { mapAt, stringAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';
import { StoredObject } from '../store/stored-object.ts';

const namespaces = '/namespaces';
const resource = { group: '', plural: 'namespaces', kind: 'Namespace' };
/** Made at start, and never deleted (but kube-node-lease, which the real server lets go). */
export const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const undeletable = systemNamespaces.slice(0, 3);

/** What the NamespaceLifecycle admission and the namespace controller do for a real server. */
export class NamespaceLifecycle {
  readonly #store: Store;
  readonly #registry: Registry;

  constructor(store: Store, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  /** Nothing is created in a namespace that is missing or on its way out. */
  requireNamespace(scope: WriteScope, name: string): void {
    if (!scope.definition.namespaced) return;
    const namespace = this.#get(scope.namespace);
    if (namespace === undefined) throw notFound(resource, scope.namespace);
    if (stringAt(namespace.json, ['metadata', 'deletionTimestamp']) === '') return;
    const why = `unable to create new content in namespace ${scope.namespace} because it is being terminated`;
    const message = `namespace ${scope.namespace} is being terminated`;
    throw forbidden(scope.definition, name, why, [
      { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
    ]);
  }

  /** A DELETE of a namespace marks it; `sweep` then empties and removes it. */
  delete(request: DeleteRequest, object: StoredObject): Deletion {
    if (undeletable.includes(object.name)) {
      throw forbidden(resource, object.name, 'this namespace may not be deleted');
    }
    if (stringAt(object.json, ['metadata', 'deletionTimestamp']) !== '') return { object, gone: false };
    const marked = {
      ...markedForDeletion(object.json, request.nowMs),
      status: { ...mapAt(object.json, ['status']), phase: 'Terminating' },
    };
    return { object: request.dryRun ? new StoredObject(marked, 0) : this.#store.put(namespaces, marked), gone: false };
  }

  anyTerminating(): boolean {
    return this.#store
      .collection(namespaces)
      .sorted()
      .some((namespace) => stringAt(namespace.json, ['metadata', 'deletionTimestamp']) !== '');
  }

  /** Deletes what is in terminating namespaces, and those of them that are empty. */
  sweep(remover: ObjectRemover, nowMs: number): void {
    for (const namespace of this.#store.collection(namespaces).sorted()) {
      if (stringAt(namespace.json, ['metadata', 'deletionTimestamp']) !== '') this.#empty(namespace, remover, nowMs);
    }
  }

  #empty(namespace: StoredObject, remover: ObjectRemover, nowMs: number): void {
    let held = 0;
    for (const definition of this.#namespacedKinds()) {
      for (const object of this.#store.collection(collectionOf(definition)).sorted()) {
        if (object.namespace !== namespace.name) continue;
        const request = { definition, dryRun: false, nowMs, uid: '', resourceVersion: '' };
        if (!remover.deleteObject(request, object).gone) held++;
      }
    }
    const finalizers = mapAt(namespace.json, ['metadata'])['finalizers'];
    if (held > 0 || (Array.isArray(finalizers) && finalizers.length > 0)) return;
    const current = this.#get(namespace.name);
    if (current !== undefined) this.#store.remove(namespaces, current);
  }

  /** One definition for each collection. */
  #namespacedKinds(): Iterable<ResourceDefinition> {
    const kinds = this.#registry.definitions.filter((definition) => definition.namespaced);
    return new Map(kinds.map((definition) => [collectionOf(definition), definition])).values();
  }

  #get(name: string): StoredObject | undefined {
    return this.#store.collection(namespaces).get('', name);
  }
}

/** A new Namespace as the server completes it. */
export function completeNamespace(object: JsonMap): JsonMap {
  const metadata = mapAt(object, ['metadata']);
  const name = stringAt(metadata, ['name']);
  const labels = { ...mapAt(metadata, ['labels']), 'kubernetes.io/metadata.name': name };
  return {
    ...omit(object, 'status'),
    metadata: { ...metadata, labels },
    spec: { ...mapAt(object, ['spec']), finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** A namespace that the server makes for itself. */
export function systemNamespace(name: string, uid: string, nowMs: number): JsonMap {
  return completeNamespace({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid, creationTimestamp: timestamp(nowMs) },
  });
}
