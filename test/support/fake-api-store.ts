import { asObject, type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import { apiVersionOf, type ResourceType } from '../../shared/api/resource-type.ts';
import type { ListOptions, ListPage, ObjectName, WatchEvent, WatchOptions } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { isSelected } from './fake-api-selectors.ts';
import { FakeApiWatch } from './fake-api-watch.ts';

interface Watcher {
  readonly plural: string;
  readonly options: WatchOptions;
}

interface Recorded {
  readonly version: number;
  readonly plural: string;
  readonly event: WatchEvent;
  /** What the object was before, for watches that select by labels. */
  readonly previous: JsonObject | undefined;
}

/** Objects with resource versions, and the history that watches are fed from. */
export class FakeApiStore {
  readonly #objects = new Map<string, JsonObject>();
  readonly #history: Recorded[] = [];
  readonly #watches = new Map<FakeApiWatch, Watcher>();
  #version = 100;
  #compactedTo = 0;
  #uids = 0;

  get version(): number {
    return this.#version;
  }

  get watches(): readonly FakeApiWatch[] {
    return [...this.#watches.keys()];
  }

  get<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): JsonObject | undefined {
    return this.#objects.get(keyFor(type.plural, name));
  }

  all<T extends ApiObject>(type: ResourceType<T>): readonly JsonObject[] {
    const found: JsonObject[] = [];
    for (const [key, object] of this.#objects) if (key.startsWith(`${type.plural}:`)) found.push(object);
    return found;
  }

  /** Creates or replaces; returns what is stored. */
  put<T extends ApiObject>(type: ResourceType<T>, object: JsonObject): JsonObject {
    const key = keyFor(type.plural, nameIn(object));
    const previous = this.#objects.get(key);
    this.#version += 1;
    if (previous === undefined) this.#uids += 1;
    const uid = readString(readObject(previous ?? object, 'metadata'), 'uid') ?? `uid-${this.#uids}`;
    const stored: JsonObject = {
      ...object,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: { ...readObject(object, 'metadata'), uid, resourceVersion: String(this.#version) },
    };
    this.#objects.set(key, stored);
    this.#record(type.plural, { type: previous === undefined ? 'ADDED' : 'MODIFIED', object: stored }, previous);
    return stored;
  }

  remove<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): boolean {
    const key = keyFor(type.plural, name);
    const previous = this.#objects.get(key);
    if (previous === undefined) return false;
    this.#objects.delete(key);
    this.#version += 1;
    const metadata = { ...readObject(previous, 'metadata'), resourceVersion: String(this.#version) };
    this.#record(type.plural, { type: 'DELETED', object: { ...previous, metadata } }, previous);
    return true;
  }

  /** Forgets the history: watches and continue tokens from before get 410. */
  compact(): void {
    this.#compactedTo = this.#version;
    this.#history.length = 0;
  }

  list<T extends ApiObject>(type: ResourceType<T>, options: ListOptions): ListPage {
    const [start = 0, snapshot = this.#version] = (options.continueToken ?? '').split('@').filter(Boolean).map(Number);
    if (options.continueToken && snapshot < this.#compactedTo) throw expired();
    const items = this.all(type).filter((object) => isSelected(object, options));
    const end = options.limit === undefined ? items.length : start + options.limit;
    const continueToken = end < items.length ? `${end}@${snapshot}` : '';
    return { items: items.slice(start, end), resourceVersion: String(snapshot), continueToken };
  }

  watch(plural: string, options: WatchOptions): FakeApiWatch {
    const from = Number(options.resourceVersion);
    if (from < this.#compactedTo) throw expired();
    const watcher = { plural, options };
    const watch = new FakeApiWatch(options.signal, (closed) => this.#watches.delete(closed));
    for (const recorded of this.#history) if (recorded.version > from) deliver(recorded, watch, watcher);
    if (!options.signal.aborted) this.#watches.set(watch, watcher);
    return watch;
  }

  #record(plural: string, event: WatchEvent, previous: JsonObject | undefined): void {
    const recorded: Recorded = { version: this.#version, plural, event, previous };
    this.#history.push(recorded);
    for (const [watch, watcher] of this.#watches) deliver(recorded, watch, watcher);
  }
}

/** As the API server does it for selectors: an object that comes into view is added, one that leaves it is deleted. */
function deliver({ plural, event, previous }: Recorded, watch: FakeApiWatch, watcher: Watcher): void {
  if (plural !== watcher.plural) return;
  const was = previous !== undefined && isSelected(previous, watcher.options);
  const is = event.type !== 'DELETED' && isSelected(event.object, watcher.options);
  if (!was && !is) return;
  const type = was ? (is ? 'MODIFIED' : 'DELETED') : 'ADDED';
  watch.push({ type, object: event.object });
}

function expired(): ApiError {
  return new ApiError('Expired', 'too old resource version', { status: 410 });
}

export function nameIn(object: JsonObject): ObjectName {
  const metadata = asObject(object['metadata']);
  return { namespace: readString(metadata, 'namespace') ?? '', name: readString(metadata, 'name') ?? '' };
}

export function targetOf({ namespace, name }: ObjectName): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function keyFor(plural: string, name: ObjectName): string {
  return `${plural}:${targetOf(name)}`;
}
