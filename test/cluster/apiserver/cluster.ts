import { behaviours } from './kinds/builtin-kinds.ts';
import { CrdLifecycle, crdCollection } from './kinds/crd-lifecycle.ts';
import { EventExpiry } from './kinds/event-expiry.ts';
import type { KindBehaviour } from './kinds/kind-behaviour.ts';
import { NamespaceLifecycle, systemNamespace, systemNamespaces } from './kinds/namespace-lifecycle.ts';
import { AddressBlock } from './kinds/service/address-block.ts';
import { ServiceAllocations } from './kinds/service/allocations.ts';
import { kubernetesService } from './kinds/service/kubernetes-service.ts';
import { serviceBehaviour } from './kinds/service/service-behaviour.ts';
import { collectionOf, Registry } from './registry.ts';
import type { ResourceDefinition } from './resource-definition.ts';
import { ObjectRemover } from './rest/object-remover.ts';
import { ObjectWriter } from './rest/object-writer.ts';
import type { FolderJournal } from './store/folder-journal.ts';
import { Store } from './store/store.ts';
import { builtinDefinitions } from './tables/builtin-definitions.ts';

export interface ClusterOptions {
  readonly nowMs: () => number;
  readonly newUid: () => string;
  readonly journal: FolderJournal | undefined;
  readonly serviceCidrs: readonly string[];
  readonly historyLimit: number;
}

/** The cluster's state with all that keeps it in order, without the network. */
export class Cluster {
  readonly store: Store;
  readonly registry: Registry;
  readonly writer: ObjectWriter;
  readonly remover: ObjectRemover;
  readonly behaviourOf: (definition: ResourceDefinition) => KindBehaviour;
  readonly #namespaces: NamespaceLifecycle;
  readonly #crds: CrdLifecycle;
  readonly #events: EventExpiry;
  readonly #options: ClusterOptions;
  #sweeping = false;

  constructor(options: ClusterOptions) {
    const restored = options.journal?.open();
    this.#options = options;
    this.store = new Store({
      historyLimit: options.historyLimit,
      revision: restored?.revision ?? 0,
      journal: options.journal,
    });
    for (const { collection, object } of restored?.objects ?? []) this.store.restore(collection, object);
    this.registry = new Registry(builtinDefinitions);
    const allocations = followServices(this.store, options.serviceCidrs);
    this.behaviourOf = behaviours(serviceBehaviour(allocations));
    this.#namespaces = new NamespaceLifecycle(this.store, this.registry);
    this.#crds = new CrdLifecycle(this.store, this.registry, options.nowMs);
    this.#events = new EventExpiry(this.store);
    this.writer = new ObjectWriter({
      store: this.store,
      behaviourOf: this.behaviourOf,
      requireNamespace: (scope, name) => this.#namespaces.requireNamespace(scope, name),
    });
    this.remover = new ObjectRemover(this.store, (request, object) =>
      collectionOf(request.definition) === '/namespaces' ? this.#namespaces.delete(request, object) : undefined,
    );
    this.#crds.start();
    this.#makeSystemObjects(allocations);
  }

  /** Does a moment later what controllers do in a real cluster: empties namespaces, establishes definitions. */
  afterWrite(definition: ResourceDefinition): void {
    if (collectionOf(definition) === '/events') this.#events.sweep(this.#options.nowMs());
    if (this.#sweeping || !(this.#namespaces.anyTerminating() || collectionOf(definition) === crdCollection)) return;
    this.#sweeping = true;
    setImmediate(() => {
      this.#sweeping = false;
      this.#crds.establish();
      this.#namespaces.sweep(this.remover, this.#options.nowMs());
    });
  }

  #makeSystemObjects(allocations: ServiceAllocations): void {
    const { nowMs, newUid } = this.#options;
    for (const name of systemNamespaces) {
      if (this.store.collection('/namespaces').get('', name) !== undefined) continue;
      this.store.put('/namespaces', systemNamespace(name, newUid(), nowMs()));
    }
    if (this.store.collection('/services').get('default', 'kubernetes') !== undefined) return;
    const block = allocations.blocks[0];
    if (block !== undefined) this.store.put('/services', kubernetesService(block, newUid(), nowMs()));
  }
}

/** Allocations that always equal what the stored Services hold. */
function followServices(store: Store, cidrs: readonly string[]): ServiceAllocations {
  const allocations = new ServiceAllocations(cidrs.map((cidr) => new AddressBlock(cidr)));
  for (const service of store.collection('/services').sorted()) allocations.replace(undefined, service.json);
  store.subscribe('/services', ({ type, object, previous }) => {
    allocations.replace(previous?.json, type === 'DELETED' ? undefined : object.json);
  });
  return allocations;
}
