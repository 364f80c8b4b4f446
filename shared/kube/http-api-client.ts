import { asObject, type JsonObject, readObject, readObjects, readString } from '../api/json.ts';
import type { ApiObject } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';
import { apiVersionOf } from '../api/resource-type.ts';
import type { Clock } from '../runtime/clock.ts';
import { errorText } from '../runtime/error-text.ts';
import type {
  ApiClient,
  ListOptions,
  ListPage,
  ObjectName,
  Patch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { ApiEndpoint } from './credentials.ts';
import { type HttpRequest, HttpTransport, headOf } from './http-transport.ts';
import { collectionPath, objectPath, withQuery } from './resource-path.ts';
import { ServerLiveness } from './server-liveness.ts';
import { refusal } from './status-error.ts';
import { readWatchStream } from './watch-stream.ts';

const requestTimeoutMs = 10_000;
/** A page of 500 large objects may take a while. */
const listTimeoutMs = 25_000;
/** How much later than asked for a watch may end before it is given up. */
const watchGraceMs = 15_000;

const patchContentTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

export interface HttpApiClientOptions {
  readonly endpoint: ApiEndpoint;
  readonly clock: Clock;
  readonly userAgent: string;
}

/** The API server over HTTP. A server that says nothing is noticed within 30 s: see `ServerLiveness`. */
export class HttpApiClient implements ApiClient {
  readonly #transport: HttpTransport;
  readonly #liveness: ServerLiveness;
  readonly #clock: Clock;
  /** Of the kubeconfig's context, or of the Pod. */
  readonly defaultNamespace: string | undefined;

  constructor({ endpoint, clock, userAgent }: HttpApiClientOptions) {
    this.#clock = clock;
    this.defaultNamespace = endpoint.namespace;
    this.#transport = new HttpTransport({ endpoint, clock, userAgent, onHeard: () => this.#liveness.heard() });
    this.#liveness = new ServerLiveness({
      clock,
      probe: async () => {
        const request = { what: 'reach the API server', method: 'GET', path: '/version', fresh: true } as const;
        await this.#transport.exchange({ ...request, timeoutMs: requestTimeoutMs });
      },
    });
  }

  /** Clock time (`now`) of the last byte from the API server; -Infinity before the first. */
  get heardMs(): number {
    return this.#liveness.heardMs;
  }

  /** By how much the API server's clock is ahead of ours, to the second; undefined before the first answer. */
  get clockOffsetMs(): number | undefined {
    return this.#transport.clockOffsetMs;
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#transport.close();
  }

  async get<T extends ApiObject>(
    type: ResourceType<T>,
    name: ObjectName,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const what = `get ${describe(type, name)}`;
    const json = await undefinedWhereAbsent(
      this.#request({ what, method: 'GET', path: objectPath(type, name), signal }),
    );
    return json === undefined ? undefined : type.parse(json);
  }

  async list<T extends ApiObject>(type: ResourceType<T>, options: ListOptions): Promise<ListPage> {
    const path = withQuery(collectionPath(type, options.namespace), {
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      limit: options.limit?.toString(),
      continue: options.continueToken,
      resourceVersion: options.resourceVersion,
    });
    const what = `list ${type.plural}`;
    const json = await this.#request({ what, method: 'GET', path, signal: options.signal, timeoutMs: listTimeoutMs });
    const metadata = readObject(json, 'metadata');
    return {
      items: readObjects(json, 'items'),
      resourceVersion: readString(metadata, 'resourceVersion') ?? '',
      continueToken: readString(metadata, 'continue') ?? '',
    };
  }

  async *watch<T extends ApiObject>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent> {
    const what = `watch ${type.plural}`;
    const path = withQuery(collectionPath(type, options.namespace), {
      watch: 'true',
      allowWatchBookmarks: 'true',
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: String(options.timeoutSeconds),
    });
    const { signal } = options;
    const request = { what, method: 'GET', path, signal, fresh: true, timeoutMs: requestTimeoutMs } as const;
    const response = await this.#transport.open(request);
    const lose = (error: unknown): void => void response.destroy(asUnreachable(what, error));
    const onAbort = (): void => lose(new Error('it was cancelled'));
    signal.addEventListener('abort', onAbort, { once: true });
    const unwatch = this.#liveness.watch(lose);
    const cancelTimer = this.#clock.after(options.timeoutSeconds * 1000 + watchGraceMs, () =>
      lose(new Error('the server did not end it in time')),
    );
    try {
      if (signal.aborted) return;
      if (response.statusCode !== 200) {
        throw refusal({ what, ...headOf(response), body: await this.#transport.readBody(response) });
      }
      options.onOpen?.();
      yield* readWatchStream(this.#transport.chunksOf(response), what);
    } catch (error) {
      throw asUnreachable(what, error);
    } finally {
      cancelTimer();
      unwatch();
      signal.removeEventListener('abort', onAbort);
      response.destroy();
    }
  }

  async create<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options: WriteOptions = {}): Promise<T> {
    const name = nameIn(object);
    const path = collectionPath(type, name.namespace);
    const body = bodyOf(type, object);
    const what = `create ${describe(type, name)}`;
    return type.parse(await this.#request({ what, method: 'POST', path, body, signal: options.signal }));
  }

  async update<T extends ApiObject>(type: ResourceType<T>, object: JsonObject, options: WriteOptions = {}): Promise<T> {
    const name = nameIn(object);
    const path = objectPath(type, name, options.subresource);
    const body = bodyOf(type, object);
    const what = `update ${describe(type, name)}`;
    return type.parse(await this.#request({ what, method: 'PUT', path, body, signal: options.signal }));
  }

  async patch<T extends ApiObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    const json = await this.#request({
      what: `patch ${describe(type, name)}`,
      method: 'PATCH',
      path: objectPath(type, name, options.subresource),
      body: JSON.stringify(patch.body),
      contentType: patchContentTypes[patch.type],
      signal: options.signal,
    });
    return type.parse(json);
  }

  async delete<T extends ApiObject>(type: ResourceType<T>, name: ObjectName, signal?: AbortSignal): Promise<boolean> {
    const what = `delete ${describe(type, name)}`;
    const request = this.#request({ what, method: 'DELETE', path: objectPath(type, name), signal });
    return (await undefinedWhereAbsent(request)) !== undefined;
  }

  async #request(request: Omit<HttpRequest, 'timeoutMs'> & { readonly timeoutMs?: number }): Promise<JsonObject> {
    const answer = await this.#transport.exchange({ timeoutMs: requestTimeoutMs, ...request });
    const { what } = request;
    if (answer.status < 200 || answer.status > 299) throw refusal({ what, ...answer });
    try {
      return asObject(JSON.parse(answer.body));
    } catch (cause) {
      throw new ApiError('ServerError', `cannot ${what}: the answer is no JSON`, { status: answer.status, cause });
    }
  }
}

async function undefinedWhereAbsent(request: Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw error;
  }
}

function asUnreachable(what: string, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('Unreachable', `cannot ${what}: ${errorText(error)}`, { cause: error });
}

function bodyOf<T extends ApiObject>(type: ResourceType<T>, object: JsonObject): string {
  return JSON.stringify({ ...object, apiVersion: apiVersionOf(type), kind: type.kind });
}

function nameIn(object: JsonObject): ObjectName {
  const metadata = readObject(object, 'metadata');
  return { namespace: readString(metadata, 'namespace') ?? '', name: readString(metadata, 'name') ?? '' };
}

function describe<T extends ApiObject>(type: ResourceType<T>, { namespace, name }: ObjectName): string {
  return namespace === '' ? `${type.kind} ${name}` : `${type.kind} ${namespace}/${name}`;
}
