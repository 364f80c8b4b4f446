import { asObject } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** A Namespace: only its labels matter, for `serviceAllocation.namespaceSelectors`. */
export interface Namespace {
  readonly meta: ObjectMeta;
}

export const namespaceResource: ResourceType<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  parse: (json) => ({ meta: parseMeta(asObject(json)) }),
};
