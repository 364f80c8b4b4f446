import type { Clock } from '../../../../shared/runtime/clock.ts';
import { sendJson } from '../http/json-response.ts';
import { limitOf, type ResourceRequest, shapeOf } from '../http/resource-request.ts';
import { badRequest, invalidOptions, notFound } from '../http/status-error.ts';
import { forbiddenField } from '../kinds/field-problem.ts';
import { collectionOf } from '../registry.ts';
import type { Store } from '../store/store.ts';
import { listObjects, parseRevision } from './list.ts';
import { renderList, renderObject, watchRenderer } from './rendering.ts';
import { parseSelection, type Selection } from './selection.ts';
import { startWatch, type WatchRequest } from './watch.ts';
import { WatchStream } from './watch-stream.ts';

export interface ReadParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly bookmarkIntervalMs: number;
  /** Open watches, for faults and shutdown. */
  readonly streams: Set<WatchStream>;
}

/** GET of one object or of a collection, and watches. */
export class ReadHandlers {
  readonly #parts: ReadParts;

  constructor(parts: ReadParts) {
    this.#parts = parts;
  }

  handle(request: ResourceRequest): void {
    const watch = request.query.get('watch');
    // One object is watched by a field selector on its name; here `watch` counts for nothing.
    if (request.path.name !== '') this.#get(request);
    else if (watch === 'true' || watch === '1') this.#watch(request);
    else this.#list(request);
  }

  #get(request: ResourceRequest): void {
    const { definition, path, response } = request;
    const object = this.#parts.store.collection(collectionOf(definition)).get(path.namespace, path.name);
    if (object === undefined) throw notFound(definition, path.name);
    sendJson(response, 200, renderObject(shapeOf(request), object));
  }

  #list(request: ResourceRequest): void {
    const { definition, query, response } = request;
    const listed = listObjects(this.#parts.store, {
      definition,
      selection: selectionOf(request),
      limit: limitOf(query),
      continueToken: query.get('continue') ?? '',
      resourceVersion: query.get('resourceVersion') ?? '',
      resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    });
    sendJson(response, 200, renderList(shapeOf(request), listed));
  }

  #watch(request: ResourceRequest): void {
    // Read whole before the answer begins: what is wrong with it is a status of its own.
    const wanted = watchRequestOf(request);
    const { store, clock, bookmarkIntervalMs, streams } = this.#parts;
    const stream = new WatchStream(request.response, streams);
    const render = watchRenderer(shapeOf(request));
    stream.onClose(startWatch({ store, clock, bookmarkIntervalMs, render }, wanted, stream));
  }
}

function watchRequestOf(request: ResourceRequest): WatchRequest {
  const { definition, query } = request;
  requireWatchOptions(query);
  const resourceVersion = query.get('resourceVersion') ?? '';
  return {
    definition,
    selection: selectionOf(request),
    revision: resourceVersion === '' || resourceVersion === '0' ? undefined : parseRevision(resourceVersion),
    bookmarks: query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1',
    timeoutMs: timeoutMs(query.get('timeoutSeconds')),
  };
}

function selectionOf(request: ResourceRequest): Selection {
  const { definition, path, query } = request;
  return parseSelection(
    {
      namespace: path.namespace,
      labelSelector: query.get('labelSelector') ?? '',
      fieldSelector: query.get('fieldSelector') ?? '',
    },
    definition,
  );
}

/** The real server picks between 30 and 60 minutes where the client does not say. */
const defaultTimeoutSeconds = 45 * 60;

function timeoutMs(text: string | null): number {
  const seconds = Number(text ?? defaultTimeoutSeconds);
  if (!Number.isInteger(seconds) || seconds < 0) throw badRequest(`timeoutSeconds: Invalid value: "${text}"`);
  return (seconds === 0 ? defaultTimeoutSeconds : seconds) * 1000;
}

/** As a server without the WatchList feature refuses it: clients then list, as they do with older servers. */
function requireWatchOptions(query: URLSearchParams): void {
  if (!query.has('sendInitialEvents')) return;
  throw invalidOptions(
    'ListOptions',
    forbiddenField(
      'sendInitialEvents',
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    ),
  );
}
