import type { JsonMap } from '../resource-definition.ts';
import { stringAt } from '../schema/json-value.ts';

/** One version of one object. Never changed once stored: readers and watchers share it. */
export class StoredObject {
  readonly json: JsonMap;
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  #text: string | undefined;

  constructor(json: JsonMap, revision: number) {
    this.json = json;
    this.revision = revision;
    this.namespace = stringAt(json, ['metadata', 'namespace']);
    this.name = stringAt(json, ['metadata', 'name']);
  }

  /** The serialised form, made once however many watchers and readers send it. */
  get text(): string {
    this.#text ??= JSON.stringify(this.json);
    return this.#text;
  }
}

/** Sorts as etcd sorts its keys. */
export function storeKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
