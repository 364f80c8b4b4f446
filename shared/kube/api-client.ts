import type { JsonObject, JsonValue } from '../api/json.ts';
import type { ApiObject } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';

export interface ObjectName {
  /** '' for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
}

export type Patch =
  | { readonly type: 'merge'; readonly body: JsonObject }
  /** For built-in kinds: lists such as conditions are merged by key (Kubernetes' strategic merge patch). */
  | { readonly type: 'strategic'; readonly body: JsonObject }
  | { readonly type: 'json'; readonly body: readonly JsonValue[] };

export interface WriteOptions {
  readonly subresource?: 'status';
  readonly signal?: AbortSignal;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string;
  /** '' on the last page. */
  readonly continueToken: string;
}

export interface ListOptions {
  /** '' lists all namespaces. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

export interface WatchOptions {
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called once the server has accepted the watch: on a quiet kind long before the first event. */
  readonly onOpen?: () => void;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

/**
 * The API server, as Herald needs it. Every method may throw `ApiError`; a request that gets no answer fails with
 * code `Unreachable` after its timeout.
 */
export interface ApiClient {
  /** Undefined where there is no such object. */
  get<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, signal?: AbortSignal): Promise<T | undefined>;
  list<T extends ApiObject>(type: ResourceType<T>, options: ListOptions): Promise<ListPage>;
  /** Ends when the server ends it; throws `ApiError` `Expired` on 410, also when it comes as an ERROR event. */
  watch<T extends ApiObject>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent>;
  create<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options?: WriteOptions): Promise<T>;
  /** A full replace; `metadata.resourceVersion` in the object makes it conditional (409 `Conflict`). */
  update<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options?: WriteOptions): Promise<T>;
  patch<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>;
  /** False where there was nothing to delete. */
  delete<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, signal?: AbortSignal): Promise<boolean>;
}
