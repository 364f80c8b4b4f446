import type { ApiObject, ObjectKey } from '../api/object-meta.ts';
import type { Task } from '../runtime/task.ts';

export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T };

/** What a watched kind looks like to those who read it; `Informer` fills it, tests fill it by hand. */
export interface Cache<T extends ApiObject> {
  readonly synced: boolean;
  readonly size: number;
  get(key: ObjectKey): T | undefined;
  values(): Iterable<T>;
  /** Called for every change after it is in the cache; the returned function unsubscribes. */
  onChange(listener: (change: Change<T>) => void): () => void;
}

/** A cache that also learns from the answers to writes of its owner, which may come before the watch tells of them. */
export interface WriteThroughCache<T extends ApiObject> extends Cache<T> {
  /**
   * A write of ours, on condition that nobody else wrote in between, made `after` out of `before`. It is told to
   * nobody: who wrote it knows. Ignored where the watch has told of it, or of more, already.
   */
  wrote(before: T, after: T): void;
}

/** A task that keeps a cache equal to the API server, whatever happens to the connection. `ready`: first list complete. */
export interface InformerTask<T extends ApiObject> extends Task {
  readonly cache: WriteThroughCache<T>;
}
