import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { asObject, isJsonObject, type JsonObject, readObjects, readString } from '../../../shared/api/json.ts';
import type { ApiAccess } from './access.ts';

/** The API server answered with something else than success. */
export class ApiRefusedError extends Error {
  override readonly name = 'ApiRefusedError';
  readonly code = 'ApiRefused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RequestOptions {
  readonly body?: JsonObject;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export type ChangeListener = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: JsonObject) => void;

/**
 * The harness's own way to the API server: paths and JSON. Not the product's client, so that a fault of that one
 * cannot hide itself.
 */
export class KubeApi {
  readonly access: ApiAccess;
  readonly #agent: HttpAgent;

  constructor(access: ApiAccess) {
    this.access = access;
    this.#agent =
      access.authority === undefined
        ? new HttpAgent({ keepAlive: true })
        : new HttpsAgent({
            keepAlive: true,
            ca: access.authority,
            ...(access.serverName === undefined ? {} : { servername: access.serverName }),
          });
  }

  async get(path: string, options: RequestOptions = {}): Promise<JsonObject> {
    return this.#json('GET', path, options);
  }

  /** Undefined where there is no such object. */
  async find(path: string): Promise<JsonObject | undefined> {
    try {
      return await this.#json('GET', path, {});
    } catch (error) {
      if (error instanceof ApiRefusedError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list(path: string): Promise<readonly JsonObject[]> {
    return readObjects(await this.get(path), 'items');
  }

  async create(path: string, body: JsonObject): Promise<JsonObject> {
    return this.#json('POST', path, { body });
  }

  async mergePatch(path: string, body: JsonObject): Promise<JsonObject> {
    return this.#json('PATCH', path, { body, contentType: 'application/merge-patch+json' });
  }

  /** As `kubectl apply --server-side` does it; creates what is not there. */
  async serverSideApply(path: string, body: JsonObject): Promise<JsonObject> {
    const contentType = 'application/apply-patch+yaml';
    return this.#json('PATCH', `${path}${path.includes('?') ? '&' : '?'}fieldManager=test`, { body, contentType });
  }

  async delete(path: string): Promise<void> {
    await this.#json('DELETE', path, {});
  }

  /** Status and text of any path, whatever the status is. */
  async raw(path: string, signal?: AbortSignal): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#send('GET', path, signal === undefined ? {} : { signal });
    return { status: response.statusCode ?? 0, text: await text(response) };
  }

  /**
   * Tells the listener of every object below a collection's path, and of every change to them, until the signal
   * aborts. Lists again after any failure; what was deleted meanwhile is then told as deleted.
   */
  async follow(path: string, listener: ChangeListener, signal: AbortSignal): Promise<void> {
    const known = new Map<string, JsonObject>();
    while (!signal.aborted) {
      try {
        await this.#listAndWatch(path, { known, listener }, signal);
      } catch {
        // The server is away, or wants a new list: both end in the next round.
        await delay(200, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #listAndWatch(
    path: string,
    { known, listener }: { known: Map<string, JsonObject>; listener: ChangeListener },
    signal: AbortSignal,
  ): Promise<void> {
    const list = await this.get(path, { signal });
    const gone = new Map(known);
    for (const object of readObjects(list, 'items')) {
      const key = keyOf(object);
      const before = known.get(key);
      gone.delete(key);
      known.set(key, object);
      if (before === undefined) listener('ADDED', object);
      else if (versionOf(before) !== versionOf(object)) listener('MODIFIED', object);
    }
    for (const [key, object] of gone) {
      known.delete(key);
      listener('DELETED', object);
    }
    const response = await this.#send('GET', `${path}?watch=true&resourceVersion=${versionOf(list)}`, { signal });
    if (response.statusCode !== 200) throw await refused(response, path);
    for await (const line of createInterface({ input: response })) {
      const event = asObject(JSON.parse(line));
      const type = readString(event, 'type');
      const object = asObject(event['object']);
      if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') throw new Error(`watch ended: ${line}`);
      if (type === 'DELETED') known.delete(keyOf(object));
      else known.set(keyOf(object), object);
      listener(type, object);
    }
  }

  async #json(method: string, path: string, options: RequestOptions): Promise<JsonObject> {
    const response = await this.#send(method, path, options);
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw await refused(response, `${method} ${path}`);
    const json: unknown = JSON.parse(await text(response));
    if (!isJsonObject(json)) throw new Error(`cannot read the answer to ${method} ${path}: not an object`);
    return json;
  }

  #send(method: string, path: string, options: RequestOptions): Promise<IncomingMessage> {
    const { access } = this;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return new Promise((resolve, reject) => {
      const send = access.authority === undefined ? httpRequest : httpsRequest;
      const request = send(`${access.url}${path}`, {
        method,
        agent: this.#agent,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: options.accept ?? 'application/json',
          ...(body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      request.once('error', reject);
      request.once('response', resolve);
      request.end(body);
    });
  }
}

async function refused(response: IncomingMessage, what: string): Promise<ApiRefusedError> {
  const body = await text(response);
  let message = body;
  try {
    message = readString(asObject(JSON.parse(body)), 'message') ?? body;
  } catch {
    // Not a Status object: the text itself is the message.
  }
  return new ApiRefusedError(response.statusCode ?? 0, `cannot ${what}: ${message}`);
}

function keyOf(object: JsonObject): string {
  const meta = asObject(object['metadata']);
  return `${readString(meta, 'namespace') ?? ''}/${readString(meta, 'name') ?? ''}`;
}

function versionOf(object: JsonObject): string {
  return readString(asObject(object['metadata']), 'resourceVersion') ?? '';
}
