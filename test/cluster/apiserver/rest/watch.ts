import type { Clock } from '../../../../shared/runtime/clock.ts';
import { expired, type StatusError, statusBody } from '../http/status-error.ts';
import { apiVersionOf, collectionOf } from '../registry.ts';
import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { StoreEvent } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { StoredObject } from '../store/stored-object.ts';
import type { Selection } from './selection.ts';
import { viewOf } from './view.ts';

export interface WatchRequest {
  readonly definition: ResourceDefinition;
  readonly selection: Selection;
  /** Changes after it are sent; undefined begins with the present state as ADDED events. */
  readonly revision: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** Where a watch's events go. `object` is already in the shape that the client asked for, as JSON text. */
export interface WatchSink {
  send(type: string, object: string): void;
  end(): void;
}

export interface WatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly bookmarkIntervalMs: number;
  /** JSON text of an object in the client's shape. */
  readonly render: (object: StoredObject) => string;
}

/**
 * Starts a watch: what changed since its revision first, then every change as it happens. A revision of the future, as
 * after a loss of data, is waited for in silence. The returned function stops it. Synchronous from the first look at the
 * store to the subscription, so that no event falls between.
 */
export function startWatch(parts: WatchParts, request: WatchRequest, sink: WatchSink): () => void {
  const { store, clock } = parts;
  const view = (json: JsonMap) => viewOf(request.definition, json);
  const includes = (object: StoredObject) => request.selection.includes(object, view);
  const tell = (event: StoreEvent) => {
    if (event.revision <= (request.revision ?? 0)) return;
    const seen = visibleEvent(event, includes);
    if (seen !== undefined) sink.send(seen.type, parts.render(seen.object));
  };
  const problem = sendBacklog(parts, request, { sink, tell, includes });
  if (problem !== undefined) {
    sink.send('ERROR', JSON.stringify(statusBody(problem)));
    sink.end();
    return () => undefined;
  }
  const unsubscribe = store.subscribe(collectionOf(request.definition), tell);
  const stopBookmarks = request.bookmarks ? every(clock, parts.bookmarkIntervalMs, bookmark) : () => undefined;
  const stopTimeout = clock.after(request.timeoutMs, () => {
    if (request.bookmarks) bookmark();
    stop();
    sink.end();
  });
  function bookmark(): void {
    if (store.revision < (request.revision ?? 0)) return;
    sink.send('BOOKMARK', JSON.stringify(bookmarkObject(request.definition, store.revision)));
  }
  function stop(): void {
    unsubscribe();
    stopBookmarks();
    stopTimeout();
  }
  return stop;
}

interface Backlog {
  readonly sink: WatchSink;
  readonly tell: (event: StoreEvent) => void;
  readonly includes: (object: StoredObject) => boolean;
}

/** The error that ends the watch before it began, if there is one; it travels as an event, as the watch cache does it. */
function sendBacklog(parts: WatchParts, request: WatchRequest, backlog: Backlog): StatusError | undefined {
  const { store } = parts;
  const collection = collectionOf(request.definition);
  if (request.revision === undefined) {
    for (const object of store.collection(collection).sorted()) {
      if (backlog.includes(object)) backlog.sink.send('ADDED', parts.render(object));
    }
    return undefined;
  }
  const events = store.changesAfter(collection, request.revision);
  if (events === undefined) return expired(`too old resource version: ${request.revision} (${store.oldestRevision})`);
  events.forEach(backlog.tell);
  return undefined;
}

/** How a change looks through the selection: an object that enters it is ADDED, one that leaves it DELETED. */
function visibleEvent(
  event: StoreEvent,
  includes: (object: StoredObject) => boolean,
): { readonly type: string; readonly object: StoredObject } | undefined {
  const before = event.previous !== undefined && includes(event.previous);
  const after = event.type !== 'DELETED' && includes(event.object);
  if (before && after) return { type: 'MODIFIED', object: event.object };
  if (after) return { type: 'ADDED', object: event.object };
  return before ? { type: 'DELETED', object: event.object } : undefined;
}

function every(clock: Clock, intervalMs: number, action: () => void): () => void {
  let cancel = clock.after(intervalMs, tick);
  function tick(): void {
    action();
    cancel = clock.after(intervalMs, tick);
  }
  return () => cancel();
}

function bookmarkObject(definition: ResourceDefinition, revision: number): Json {
  return {
    kind: definition.kind,
    apiVersion: apiVersionOf(definition),
    metadata: { resourceVersion: String(revision), creationTimestamp: null },
  };
}
