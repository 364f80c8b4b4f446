import { type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import { serviceResource } from '../../shared/api/service.ts';
import type {
  ApiClient,
  ListOptions,
  ListPage,
  ObjectName,
  Patch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { FakeApiStore, nameIn, targetOf } from './fake-api-store.ts';
import { applyPatch } from './json-patching.ts';

export type FakeApiMethod = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface FakeApiCall {
  readonly method: FakeApiMethod;
  readonly plural: string;
  /** `namespace/name`, or the namespace of a list or watch. */
  readonly target: string;
  readonly subresource: string | undefined;
  readonly body: unknown;
}

export interface FaultOptions {
  /** Only for this kind. */
  readonly plural?: string;
  readonly times?: number;
  /** The server does what it was asked to, only the answer is lost. */
  readonly afterwards?: boolean;
}

interface Fault {
  readonly method: FakeApiMethod | 'any';
  readonly error: unknown;
  readonly options: FaultOptions;
  left: number;
}

/**
 * An API server in memory behind the `ApiClient` interface: resource versions, conflicts, pages, watches with history,
 * the status subresource, and faults on demand. It neither validates nor defaults.
 */
export class FakeApiClient implements ApiClient {
  readonly calls: FakeApiCall[] = [];
  /** One-way delay of every request and of every answer; needs the clock. */
  latencyMs = 0;
  readonly #clock: Clock | undefined;
  readonly #store: FakeApiStore;
  readonly #faults: Fault[] = [];

  /** Clients that are given the same store speak to the same server. */
  constructor(clock?: Clock, store: FakeApiStore = new FakeApiStore()) {
    this.#clock = clock;
    this.#store = store;
  }

  // ---- what the test does on the server's side ----

  /** Creates or replaces an object as another client would; watchers see it. Returns what is stored. */
  put<T extends ApiObject>(type: ResourceType<T>, object: JsonObject): JsonObject {
    return this.#store.put(type, object);
  }

  remove<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): boolean {
    return this.#store.remove(type, name);
  }

  /** What is stored under the name. */
  stored<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): JsonObject | undefined {
    return this.#store.get(type, name);
  }

  all<T extends ApiObject>(type: ResourceType<T>): readonly JsonObject[] {
    return this.#store.all(type);
  }

  /** The next calls that fit fail with the error. */
  fail(method: FakeApiMethod | 'any', error: unknown, options: FaultOptions = {}): void {
    this.#faults.push({ method, error, options, left: options.times ?? 1 });
  }

  /** Takes back all faults that were set. */
  heal(): void {
    this.#faults.length = 0;
  }

  get openWatches(): number {
    return this.#store.watches.length;
  }

  /** Breaks every open watch with the error; without one, ends it in good order. */
  breakWatches(error?: unknown): void {
    for (const watch of this.#store.watches) {
      if (error === undefined) watch.end();
      else watch.fail(error);
    }
  }

  sendToWatches(event: WatchEvent): void {
    for (const watch of this.#store.watches) watch.push(event);
  }

  sendBookmarks(): void {
    this.sendToWatches({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#store.version) } } });
  }

  /** Forgets the history: watches and continue tokens from before get 410. */
  compact(): void {
    this.#store.compact();
  }

  // ---- ApiClient ----

  get<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, signal?: AbortSignal): Promise<T | undefined> {
    return this.#call('get', type.plural, { target: targetOf(name), signal }, () => {
      const object = this.stored(type, name);
      return object === undefined ? undefined : type.parse(object);
    });
  }

  list<T extends ApiObject>(type: ResourceType<T>, options: ListOptions): Promise<ListPage> {
    return this.#call('list', type.plural, { target: options.namespace, signal: options.signal, body: options }, () =>
      this.#store.list(type, options),
    );
  }

  async *watch<T extends ApiObject>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent> {
    const details = { target: options.namespace, signal: options.signal, body: options };
    const watch = await this.#call('watch', type.plural, details, () => this.#store.watch(type.plural, options));
    options.onOpen?.();
    for await (const event of watch) {
      if (event.type === 'ERROR') throw errorOfEvent(event.object);
      yield event;
    }
  }

  create<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options: WriteOptions = {}): Promise<T> {
    const name = nameIn(object);
    return this.#call('create', type.plural, { ...options, target: targetOf(name), body: object }, () => {
      if (this.stored(type, name) !== undefined) throw new ApiError('AlreadyExists', 'it exists', { status: 409 });
      return type.parse(this.#store.put(type, object));
    });
  }

  update<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options: WriteOptions = {}): Promise<T> {
    const name = nameIn(object);
    return this.#call('update', type.plural, { ...options, target: targetOf(name), body: object }, () => {
      const current = this.#existing(type, name);
      checkVersion(current, object);
      return type.parse(
        this.#store.put(type, withSubresource(type.plural, options.subresource, { current, next: object })),
      );
    });
  }

  patch<T extends ApiObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call('patch', type.plural, { ...options, target: targetOf(name), body: patch.body }, () => {
      const current = this.#existing(type, name);
      const patched = applyPatch(current, patch);
      checkVersion(current, patched);
      return type.parse(
        this.#store.put(type, withSubresource(type.plural, options.subresource, { current, next: patched })),
      );
    });
  }

  delete<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, signal?: AbortSignal): Promise<boolean> {
    return this.#call('delete', type.plural, { target: targetOf(name), signal }, () => this.remove(type, name));
  }

  // ---- inside ----

  async #call<R>(
    method: FakeApiMethod,
    plural: string,
    details: { target: string; signal?: AbortSignal | undefined; body?: unknown; subresource?: string },
    act: () => R,
  ): Promise<R> {
    const { target, body, subresource } = details;
    this.calls.push({ method, plural, target, subresource, body });
    await this.#travel();
    if (details.signal?.aborted) throw new ApiError('Unreachable', 'cancelled', {});
    const fault = this.#takeFault(method, plural);
    if (fault !== undefined && fault.options.afterwards !== true) throw fault.error;
    const result = act();
    await this.#travel();
    if (fault !== undefined) throw fault.error;
    return result;
  }

  async #travel(): Promise<void> {
    const clock = this.#clock;
    if (this.latencyMs > 0 && clock !== undefined) {
      await new Promise<void>((resolve) => void clock.after(this.latencyMs, resolve));
    }
  }

  #takeFault(method: FakeApiMethod, plural: string): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        one.left > 0 &&
        (one.method === 'any' || one.method === method) &&
        (one.options.plural === undefined || one.options.plural === plural),
    );
    if (fault !== undefined) fault.left -= 1;
    return fault;
  }

  #existing<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): JsonObject {
    const current = this.stored(type, name);
    if (current === undefined) throw new ApiError('NotFound', `no ${type.plural} ${name.name}`, { status: 404 });
    return current;
  }
}

/** Of built-in kinds the status subresource takes metadata too; of custom resources nothing but the status. */
function withSubresource(
  plural: string,
  subresource: 'status' | undefined,
  { current, next }: { readonly current: JsonObject; readonly next: JsonObject },
): JsonObject {
  if (subresource !== 'status') return next;
  const { metadata } = plural === serviceResource.plural ? next : current;
  return { ...current, ...(metadata === undefined ? {} : { metadata }), status: next['status'] };
}

function checkVersion(current: JsonObject, next: JsonObject): void {
  const wanted = readString(readObject(next, 'metadata'), 'resourceVersion');
  const is = readString(readObject(current, 'metadata'), 'resourceVersion');
  if (wanted !== undefined && wanted !== is) throw new ApiError('Conflict', 'it was changed', { status: 409 });
}

function errorOfEvent(object: JsonObject): ApiError {
  const status = Number(object['code'] ?? 500);
  const message = String(object['message'] ?? '');
  return new ApiError(status === 410 ? 'Expired' : 'ServerError', message, { status });
}
