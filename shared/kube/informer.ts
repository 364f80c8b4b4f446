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

/** A task that keeps a cache equal to the API server, whatever happens to the connection. `ready`: first list complete. */
export interface InformerTask<T extends ApiObject> extends Task {
  readonly cache: Cache<T>;
}
