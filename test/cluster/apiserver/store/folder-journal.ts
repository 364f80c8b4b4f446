import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonMap } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import type { StoreEvent } from './history.ts';
import type { Journal } from './store.ts';
import { StoredObject } from './stored-object.ts';

/** What a folder held: the objects of the last run and the revision to go on from. */
export interface Restored {
  readonly revision: number;
  readonly objects: readonly { readonly collection: string; readonly object: StoredObject }[];
}

/** The journal is written anew from its objects when it has this many more lines than they are. */
const slackLines = 100_000;

/**
 * Keeps the store in one file of JSON lines, one per change, in order. A line is written before the write is answered,
 * so that a killed process loses nothing that it confirmed; the machine's own crash is not guarded against (no fsync).
 */
export class FolderJournal implements Journal {
  readonly #path: string;
  // The live objects' lines, by collection and name: what a fresh file is made of.
  readonly #live = new Map<string, { readonly collection: string; readonly object: StoredObject }>();
  #revision = 0;
  #file = -1;
  #lines = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, 'journal.jsonl');
  }

  /** Reads what is there, then opens the journal for writing, compacted. Call once. */
  open(): Restored {
    if (existsSync(this.#path)) this.#read(readFileSync(this.#path, 'utf8'));
    this.#rewrite();
    return { revision: this.#revision, objects: [...this.#live.values()] };
  }

  record(event: StoreEvent): void {
    this.#revision = event.revision;
    const { collection, object } = event;
    if (event.type === 'DELETED') this.#live.delete(lineKey(collection, object));
    else this.#live.set(lineKey(collection, object), { collection, object });
    writeSync(this.#file, line(event.type === 'DELETED' ? 'delete' : 'put', collection, object));
    this.#lines++;
    if (this.#lines > this.#live.size + slackLines) this.#rewrite();
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  #read(text: string): void {
    for (const entry of text.split('\n')) {
      const record = parseLine(entry);
      // The last line of a killed process may be cut short; it was never confirmed.
      if (record === undefined) continue;
      this.#revision = Math.max(this.#revision, record.revision);
      if (record.object === undefined) continue;
      const object = new StoredObject(record.object, record.revision);
      const key = lineKey(record.collection, object);
      if (record.action === 'delete') this.#live.delete(key);
      else this.#live.set(key, { collection: record.collection, object });
    }
  }

  #rewrite(): void {
    this.close();
    const fresh = `${this.#path}.new`;
    this.#file = openSync(fresh, 'w');
    writeSync(this.#file, `${JSON.stringify({ action: 'revision', revision: this.#revision })}\n`);
    for (const { collection, object } of this.#live.values()) writeSync(this.#file, line('put', collection, object));
    renameSync(fresh, this.#path);
    this.#lines = this.#live.size;
  }
}

function line(action: string, collection: string, object: StoredObject): string {
  const head = JSON.stringify({ action, revision: object.revision, collection });
  return `${head.slice(0, -1)},"object":${object.text}}\n`;
}

function lineKey(collection: string, object: StoredObject): string {
  return `${collection} ${object.namespace}/${object.name}`;
}

interface Line {
  readonly action: string;
  readonly revision: number;
  readonly collection: string;
  readonly object: JsonMap | undefined;
}

function parseLine(text: string): Line | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isMap(value)) return undefined;
    return {
      action: String(value['action']),
      revision: Number(value['revision']),
      collection: String(value['collection'] ?? ''),
      object: isMap(value['object']) ? value['object'] : undefined,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
