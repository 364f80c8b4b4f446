import type { ApiObject, ObjectReference } from './object-meta.ts';

/** Where a kind lives in the API, and how its JSON becomes the internal type. `parse` never throws. */
export interface ResourceType<T extends ApiObject> {
  /** '' is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly parse: (json: unknown) => T;
}

export function apiVersionOf(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

export function referenceTo<T extends ApiObject>(type: ResourceType<T>, object: T): ObjectReference {
  const { namespace, name, uid } = object.meta;
  return { apiVersion: apiVersionOf(type), kind: type.kind, namespace, name, uid };
}
