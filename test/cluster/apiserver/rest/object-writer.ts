import { alreadyExists, badRequest, conflict, invalid, notFound, objectModified } from '../http/status-error.ts';
import { invalidValue } from '../kinds/field-problem.ts';
import type { KindBehaviour } from '../kinds/kind-behaviour.ts';
import { omit } from '../omit.ts';
import { trackUpdate } from '../patch/managed-fields.ts';
import { collectionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { jsonEqual, mapAt, mapsAt, stringAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';
import { StoredObject } from '../store/stored-object.ts';
import { decodeObject } from './decoding.ts';
import {
  finalizersOf,
  isDeleting,
  metadataForCreate,
  metadataForUpdate,
  nextGeneration,
  requireSameNamespace,
} from './metadata.ts';
import { validateFinalizers, validateMetadata } from './metadata-validation.ts';
import { viewOf } from './view.ts';
import type { WriteScope } from './write-scope.ts';

export interface WriterParts {
  readonly store: Store;
  readonly behaviourOf: (definition: ResourceDefinition) => KindBehaviour;
  /** Throws where the namespace is missing or terminating. */
  readonly requireNamespace: (scope: WriteScope, name: string) => void;
}

export interface UpdateOptions {
  /** A whole object from a PUT, where a kind may insist on the resourceVersion. */
  readonly replace: boolean;
  /** Server-side apply creates what is not there. */
  readonly createMissing: boolean;
}

export interface Written {
  readonly object: StoredObject;
  readonly created: boolean;
}

/** Creates and updates objects: the one way in to the store for clients. Results are in the stored form. */
export class ObjectWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  create(scope: WriteScope, body: JsonMap): StoredObject {
    const { definition, nowMs } = scope;
    const behaviour = this.#parts.behaviourOf(definition);
    const decoded = decodeObject(scope, body);
    const metadata = metadataForCreate(decoded, definition, {
      namespace: scope.namespace,
      nowMs,
      countsGeneration: behaviour.countsGeneration,
    });
    const name = stringAt(metadata, ['name']);
    this.#parts.requireNamespace(scope, name);
    const object = behaviour.create({ ...decoded, metadata }, { definition, nowMs });
    const problems = [
      ...validateMetadata(object, definition),
      ...behaviour.validate(object, undefined, { definition, nowMs }),
    ];
    if (problems.length > 0) throw invalid(definition, name, problems);
    if (this.#collection(definition).get(scope.namespace, name) !== undefined) throw alreadyExists(definition, name);
    const tracked = withManagers(scope, undefined, object);
    return scope.dryRun ? new StoredObject(tracked, 0) : this.#parts.store.put(collectionOf(definition), tracked);
  }

  /** `change` gets the object as the client sees it and returns what the client wants. */
  update(
    scope: WriteScope,
    name: string,
    change: (live: JsonMap | undefined) => JsonMap,
    options: UpdateOptions,
  ): Written {
    const { definition } = scope;
    const behaviour = this.#parts.behaviourOf(definition);
    const live = this.#collection(definition).get(scope.namespace, name);
    if (live === undefined) {
      const mayCreate = options.createMissing || (options.replace && behaviour.createOnUpdate);
      if (!mayCreate || scope.subresource === 'status') throw notFound(definition, name);
      const wanted = change(undefined);
      return { object: this.create(scope, withoutResourceVersion(wanted, definition, name)), created: true };
    }
    const wanted = change(viewOf(definition, live.json));
    if (options.replace) requireResourceVersion(definition, wanted, behaviour);
    requireIdentity(definition, wanted, { live, replace: options.replace });
    const decoded = decodeObject(scope, wanted, viewOf(definition, live.json));
    requireSameNamespace(mapAt(decoded, ['metadata']), definition, scope.namespace);
    const next = this.#prepare(scope, decoded, live.json);
    return { object: this.#store(scope, next, live), created: false };
  }

  #prepare(scope: WriteScope, wanted: JsonMap, live: JsonMap): JsonMap {
    const { definition, nowMs } = scope;
    const behaviour = this.#parts.behaviourOf(definition);
    const moment = { definition, nowMs };
    const isolated = isolateStatus(scope, wanted, live, behaviour);
    const updated =
      scope.subresource === 'status' ? behaviour.updateStatus(isolated) : behaviour.update(isolated, live, moment);
    const next = behaviour.countsGeneration ? withGeneration(updated, live) : updated;
    const problems = [
      ...validateMetadata(next, definition),
      ...validateFinalizers(next, live),
      ...behaviour.validate(next, live, moment),
    ];
    if (problems.length > 0) throw invalid(definition, stringAt(live, ['metadata', 'name']), problems);
    return next;
  }

  /** A write that changes nothing keeps its resourceVersion and wakes nobody, as etcd3's GuaranteedUpdate has it. */
  #store(scope: WriteScope, next: JsonMap, live: StoredObject): StoredObject {
    if (jsonEqual(next, live.json)) return live;
    const tracked = withManagers(scope, live.json, next);
    if (scope.dryRun) return new StoredObject(tracked, live.revision);
    const collection = collectionOf(scope.definition);
    if (isDeleting(next) && finalizersOf(next).length === 0 && !hasSpecFinalizers(next)) {
      return this.#parts.store.remove(collection, live, tracked);
    }
    return this.#parts.store.put(collection, tracked);
  }

  #collection(definition: ResourceDefinition) {
    return this.#parts.store.collection(collectionOf(definition));
  }
}

/** The object with its managedFields brought up to date (Kubernetes: "Field management"). */
function withManagers(scope: WriteScope, before: JsonMap | undefined, after: JsonMap): JsonMap {
  if (scope.apply || (scope.subresource === 'status' && !hasApplier(before))) return after;
  const { manager, subresource, nowMs, definition } = scope;
  const managedFields = trackUpdate({ before, after, manager, subresource, nowMs, schema: definition.schema });
  return { ...after, metadata: { ...mapAt(after, ['metadata']), managedFields } };
}

/** Until somebody applies, nobody asks who owns a status: writing that down would double the cost of a status patch. */
function hasApplier(object: JsonMap | undefined): boolean {
  return mapsAt(object, ['metadata', 'managedFields']).some((entry) => entry['operation'] === 'Apply');
}

/** A Namespace holds its finalizers in `spec`. */
function hasSpecFinalizers(object: JsonMap): boolean {
  const finalizers = mapAt(object, ['spec'])['finalizers'];
  return object['kind'] === 'Namespace' && Array.isArray(finalizers) && finalizers.length > 0;
}

/** The main resource never changes status, and the status subresource nothing but it. */
function isolateStatus(scope: WriteScope, wanted: JsonMap, live: JsonMap, behaviour: KindBehaviour): JsonMap {
  const metadata = metadataForUpdate(mapAt(wanted, ['metadata']), mapAt(live, ['metadata']));
  if (scope.subresource === 'status') {
    const kept = behaviour.statusWritesMetadata ? metadata : mapAt(live, ['metadata']);
    return withStatus({ ...live, metadata: kept }, wanted);
  }
  const object = { ...wanted, metadata };
  return scope.definition.statusSubresource ? withStatus(object, live) : object;
}

function withStatus(object: JsonMap, source: JsonMap): JsonMap {
  const status = source['status'];
  return status === undefined ? omit(object, 'status') : { ...object, status };
}

function withGeneration(object: JsonMap, live: JsonMap): JsonMap {
  const rest = (whole: JsonMap) => omit(whole, 'metadata', 'status', 'apiVersion');
  const generation = nextGeneration(live, !jsonEqual(rest(object), rest(live)));
  return { ...object, metadata: { ...mapAt(object, ['metadata']), generation } };
}

interface Replacing {
  readonly live: StoredObject;
  readonly replace: boolean;
}

/** The write is about this very object, in the version that the client saw. */
function requireIdentity(definition: ResourceDefinition, wanted: JsonMap, { live, replace }: Replacing): void {
  const given = mapAt(wanted, ['metadata']);
  const name = stringAt(given, ['name']);
  if (name !== live.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${live.name})`);
  }
  const liveUid = stringAt(live.json, ['metadata', 'uid']);
  const uid = stringAt(given, ['uid']);
  if (uid !== '' && uid !== liveUid) {
    if (!replace) throw invalid(definition, live.name, [invalidValue('metadata.uid', uid, 'field is immutable')]);
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`;
    throw conflict(definition, live.name, why);
  }
  const resourceVersion = stringAt(given, ['resourceVersion']);
  if (resourceVersion !== '' && resourceVersion !== '0' && resourceVersion !== String(live.revision)) {
    throw conflict(definition, live.name, objectModified);
  }
}

function requireResourceVersion(definition: ResourceDefinition, wanted: JsonMap, behaviour: KindBehaviour): void {
  if (behaviour.unconditionalUpdate || stringAt(wanted, ['metadata', 'resourceVersion']) !== '') return;
  const problem = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
  const message = 'Invalid value: 0x0: must be specified for an update';
  // Here the real server names the resource where it names the kind elsewhere.
  const resource = { ...definition, kind: definition.plural };
  throw invalid(resource, stringAt(wanted, ['metadata', 'name']), [{ ...problem, message }]);
}

/** An object to create under a name from the path; one that says which version it replaces is too late. */
function withoutResourceVersion(wanted: JsonMap, definition: ResourceDefinition, name: string): JsonMap {
  const metadata = mapAt(wanted, ['metadata']);
  if (stringAt(metadata, ['resourceVersion']) !== '') throw conflict(definition, name, objectModified);
  return { ...wanted, metadata: { ...metadata, name } };
}
