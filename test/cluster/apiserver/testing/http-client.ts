import type { Json, JsonMap } from '../resource-definition.ts';
import { isMap, mapsAt, stringAt } from '../schema/json-value.ts';

export interface Answer {
  readonly code: number;
  readonly body: JsonMap;
  readonly headers: Headers;
}

export interface SeenEvent {
  readonly type: string;
  readonly object: JsonMap;
}

type PatchForm = 'merge' | 'strategic' | 'json' | 'apply';

const patchMediaTypes: Readonly<Record<PatchForm, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Speaks plain HTTP to a server under test, so that the tests see what is on the wire. */
export class HttpClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: Json): Promise<Answer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: Json): Promise<Answer> {
    return this.send('PUT', path, body);
  }

  patch(path: string, form: PatchForm, body: Json): Promise<Answer> {
    return this.send('PATCH', path, body, { 'content-type': patchMediaTypes[form] });
  }

  delete(path: string, body?: Json): Promise<Answer> {
    return this.send('DELETE', path, body);
  }

  async send(
    method: string,
    path: string,
    body?: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { 'content-type': 'application/json', ...this.#headers, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
    return { code: response.status, body: isMap(parsed) ? parsed : {}, headers: response.headers };
  }

  /** Opens a watch; it is on when the promise is fulfilled. */
  async watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Watcher> {
    const abort = new AbortController();
    const response = await fetch(this.#url + path, { signal: abort.signal, headers: { ...this.#headers, ...headers } });
    if (response.body === null || response.status !== 200) throw new Error(`watch was refused: ${response.status}`);
    return new Watcher(response.body, abort);
  }
}

/** The events of one watch, one by one. */
export class Watcher {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #abort: AbortController;
  #text = '';

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>, abort: AbortController) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#abort = abort;
  }

  /** The next event; undefined where the server ended the watch. Fails where the connection broke. */
  async next(): Promise<SeenEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const event: unknown = JSON.parse(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 1);
        if (!isMap(event) || !isMap(event['object'])) throw new Error('a watch line is no event');
        return { type: stringAt(event, ['type']), object: event['object'] };
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The next `count` events as "TYPE name". */
  async take(count: number): Promise<readonly string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const event = await this.next();
      if (event === undefined) break;
      seen.push(`${event.type} ${stringAt(event.object, ['metadata', 'name'])}`);
    }
    return seen;
  }

  stop(): void {
    this.#abort.abort();
  }
}

export function namesOf(list: JsonMap): readonly string[] {
  return mapsAt(list, ['items']).map((item) => stringAt(item, ['metadata', 'name']));
}

export function resourceVersionOf(object: JsonMap): string {
  return stringAt(object, ['metadata', 'resourceVersion']);
}
