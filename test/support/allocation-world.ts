import assert from 'node:assert/strict';
import type { Decision } from '../../controller/allocator/decision.ts';
import { Reconciler } from '../../controller/reconciler.ts';
import type { ServiceWrites } from '../../controller/service-writes.ts';
import { allocatedFromPoolAnnotation } from '../../shared/api/annotations.ts';
import { type JsonObject, readObject } from '../../shared/api/json.ts';
import type { Labels } from '../../shared/api/label-selector.ts';
import type { Namespace } from '../../shared/api/namespace.ts';
import type { ObjectKey, ObjectMeta } from '../../shared/api/object-meta.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import type { Config } from '../../shared/config/model.ts';
import type { Cache, Change } from '../../shared/kube/informer.ts';
import { formatAddress } from '../../shared/net/address.ts';
import { applyPatch } from './json-patching.ts';

/**
 * Services as an API server has them, and a reconciler that follows them: what it decides is written to them at once,
 * but only to those that it says it has decided upon.
 */
export class AllocationWorld {
  readonly #json = new Map<ObjectKey, JsonObject>();
  readonly #parsed = new Map<ObjectKey, Service>();
  readonly #namespaces = new Map<string, Labels>();
  readonly events: string[] = [];
  #config: Config;
  #reconciler: Reconciler;

  constructor(config: Config) {
    this.#config = config;
    this.#reconciler = this.#started();
    this.#reconciler.adopt(0);
  }

  /** Creates or replaces a Service; what is in its status and in our annotation stays, unless a status is given. */
  put(key: ObjectKey, json: JsonObject, status: JsonObject | undefined, nowMs: number): void {
    const before = this.#json.get(key) ?? {};
    const ours = readObject(readObject(before, 'metadata'), 'annotations')[allocatedFromPoolAnnotation];
    const annotations = {
      ...readObject(readObject(json, 'metadata'), 'annotations'),
      [allocatedFromPoolAnnotation]: ours,
    };
    const metadata = { ...readObject(json, 'metadata'), annotations };
    this.#store(key, { ...json, metadata, status: status ?? readObject(before, 'status') }, nowMs);
  }

  remove(key: ObjectKey, nowMs: number): void {
    const object = this.#parsed.get(key);
    this.#json.delete(key);
    this.#parsed.delete(key);
    if (object !== undefined)
      this.#carryOut(this.#reconciler.serviceChanged({ type: 'deleted', object }, nowMs), nowMs);
  }

  configure(config: Config, nowMs: number): void {
    this.#config = config;
    this.#carryOut(this.#reconciler.configure(config, nowMs), nowMs);
  }

  label(namespace: string, labels: Labels, nowMs: number): void {
    const known = this.#namespaces.has(namespace);
    this.#namespaces.set(namespace, labels);
    const object = { meta: metaOf(namespace, labels) };
    const change: Change<Namespace> = known
      ? { type: 'modified', object, previous: object }
      : { type: 'added', object };
    this.#carryOut(this.#reconciler.namespaceChanged(change, nowMs), nowMs);
  }

  restart(nowMs: number): void {
    this.#reconciler = this.#started();
    this.#carryOut(this.#reconciler.adopt(nowMs), nowMs);
    this.#carryOut(this.#reconciler.loseStrays(nowMs), nowMs);
  }

  /** What was decided upon a Service, where it is one of ours. */
  decision(key: ObjectKey, nowMs: number): Decision | undefined {
    const service = this.#parsed.get(key);
    return service && this.#reconciler.workOn(service, { wallMs: nowMs, speakersGone: false })?.decision;
  }

  /** The addresses in the status. */
  written(key: ObjectKey): readonly string[] {
    return (this.#parsed.get(key)?.ingress ?? []).map(({ ip }) => ip ?? '');
  }

  /** As they stand now. */
  services(): readonly Service[] {
    return [...this.#parsed.values()];
  }

  namespaces(): readonly Namespace[] {
    return [...namespaceCache(this.#namespaces).values()];
  }

  keys(): readonly ObjectKey[] {
    return [...this.#parsed.keys()];
  }

  #started(): Reconciler {
    return new Reconciler({
      config: this.#config,
      services: cacheOf(this.#parsed),
      namespaces: namespaceCache(this.#namespaces),
      loadBalancerClass: undefined,
    });
  }

  #store(key: ObjectKey, json: JsonObject, nowMs: number): void {
    const object = serviceResource.parse(json);
    const previous = this.#parsed.get(key);
    this.#json.set(key, json);
    this.#parsed.set(key, object);
    const change: Change<Service> =
      previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous };
    this.#carryOut(this.#reconciler.serviceChanged(change, nowMs), nowMs);
  }

  #carryOut(keys: Iterable<ObjectKey>, nowMs: number): void {
    for (const key of keys) {
      const service = this.#parsed.get(key);
      const work = service && this.#reconciler.workOn(service, { wallMs: nowMs, speakersGone: false });
      if (work === undefined) continue;
      for (const { reason, message } of work.events) this.events.push(`${key} ${reason}: ${message}`);
      if (work.decision === undefined) this.#reconciler.leaverCleared(key);
      this.#write(key, work.writes, nowMs);
    }
  }

  #write(key: ObjectKey, { status, pools }: ServiceWrites, nowMs: number): void {
    if (status === undefined && pools === undefined) return;
    const annotations = pools === undefined ? {} : { [allocatedFromPoolAnnotation]: pools };
    const body = { metadata: { annotations }, ...(status === undefined ? {} : { status }) };
    const told = this.events.length;
    this.#store(key, applyPatch(this.#json.get(key) ?? {}, { type: 'merge', body }), nowMs);
    // The echo of a write moves nobody.
    for (const event of this.events.slice(told)) assert.doesNotMatch(event, / (IPAllocated|ClearAssignment): /);
  }
}

/** `192.0.2.1 of a`. */
export function heldOf(decision: Decision | undefined): readonly string[] {
  return (decision?.assignments ?? []).map(({ address, pool }) => `${formatAddress(address)} of ${pool}`);
}

/** The reasons that are given, as the reference names them: of the wish itself, of an address or of a pool. */
export function refusalOf(decision: Decision | undefined): readonly Refused[] | undefined {
  const refusal = decision?.refusal;
  switch (refusal?.reason) {
    case undefined:
      return undefined;
    case 'unreadableRequest':
      return [{ what: '', reason: refusal.problem.reason }];
    case 'addressesRefused':
      return refusal.addresses.map(({ address, reason }) => ({ what: formatAddress(address), reason }));
    case 'poolsRefused':
      return refusal.pools.map((one) => ({
        what: one.pool,
        reason: 'family' in one ? `${one.reason} ${one.family}` : one.reason,
      }));
  }
}

export interface Refused {
  readonly what: string;
  readonly reason: string;
}

function cacheOf(objects: ReadonlyMap<ObjectKey, Service>): Cache<Service> {
  return {
    synced: true,
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    values: () => objects.values(),
    onChange: () => () => undefined,
  };
}

function namespaceCache(labels: ReadonlyMap<string, Labels>): Cache<Namespace> {
  const namespace = (name: string): Namespace | undefined => {
    const found = labels.get(name);
    return found && { meta: metaOf(name, found) };
  };
  return {
    synced: true,
    get size() {
      return labels.size;
    },
    get: namespace,
    values: () => [...labels.keys()].flatMap((name) => namespace(name) ?? []),
    onChange: () => () => undefined,
  };
}

function metaOf(name: string, labels: Labels): ObjectMeta {
  return {
    name,
    namespace: '',
    uid: name,
    resourceVersion: '1',
    generation: 1,
    labels,
    annotations: {},
    createdMs: 0,
    deleting: false,
  };
}
