import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { parseFieldQuery } from '../selectors/field-query.ts';
import { type ObjectFilter, parseLabelQuery } from '../selectors/label-query.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** Which objects of a kind a list or watch is about. */
export interface Selection {
  /** A selector is in force, beyond the namespace. */
  readonly filtered: boolean;
  includes(object: StoredObject, view: (json: JsonMap) => JsonMap): boolean;
}

export interface SelectionQuery {
  /** '' is all namespaces. */
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

export function parseSelection(query: SelectionQuery, definition: ResourceDefinition): Selection {
  const filters = [parseLabelQuery(query.labelSelector), parseFieldQuery(query.fieldSelector, definition)].filter(
    (filter): filter is ObjectFilter => filter !== undefined,
  );
  return {
    filtered: filters.length > 0,
    includes: (object, view) => {
      if (query.namespace !== '' && object.namespace !== query.namespace) return false;
      return filters.length === 0 || filters.every((filter) => filter(view(object.json)));
    },
  };
}
