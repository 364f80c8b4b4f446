import { type JsonObject, readNumber, readObject, readString, readStringMap } from './json.ts';

/** What Herald uses of Kubernetes' ObjectMeta. `namespace` is '' for cluster-scoped objects; times are Unix ms. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdMs: number;
  readonly deleting: boolean;
}

/** Every internal API object carries its metadata under `meta`. */
export interface ApiObject {
  readonly meta: ObjectMeta;
}

/** Names an object as Kubernetes' ObjectReference does, for events. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** `namespace/name`, or the bare name of a cluster-scoped object: the key of every cache and queue. */
export type ObjectKey = string;

export function keyOf(meta: { readonly namespace: string; readonly name: string }): ObjectKey {
  return meta.namespace === '' ? meta.name : `${meta.namespace}/${meta.name}`;
}

export function parseMeta(json: JsonObject): ObjectMeta {
  const meta = readObject(json, 'metadata');
  return {
    name: readString(meta, 'name') ?? '',
    namespace: readString(meta, 'namespace') ?? '',
    uid: readString(meta, 'uid') ?? '',
    resourceVersion: readString(meta, 'resourceVersion') ?? '',
    generation: readNumber(meta, 'generation') ?? 0,
    labels: readStringMap(meta, 'labels'),
    annotations: readStringMap(meta, 'annotations'),
    createdMs: parseTime(readString(meta, 'creationTimestamp')) ?? 0,
    deleting: readString(meta, 'deletionTimestamp') !== undefined,
  };
}

/** RFC 3339 to Unix ms; undefined where there is none or it can't be read. */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
