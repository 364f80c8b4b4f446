import type { Representation } from '../http/accept.ts';
import { omit } from '../omit.ts';
import { apiVersionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { partialMetadata, renderTable } from '../tables/table.ts';
import type { Listed } from './list.ts';
import { viewOf, viewText } from './view.ts';

export interface Shape {
  readonly definition: ResourceDefinition;
  readonly representation: Representation;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly nowMs: () => number;
}

/** One object as the body of an answer. */
export function renderObject(shape: Shape, object: StoredObject): string {
  const shown = viewOf(shape.definition, object.json);
  switch (shape.representation) {
    case 'object':
      return viewText(shape.definition, object);
    case 'partial':
      return JSON.stringify(partialMetadata(shown));
    case 'table':
      return JSON.stringify(tableOf(shape, [shown], resourceVersionOf(shown)));
  }
}

/** One page of a list as the body of an answer. */
export function renderList(shape: Shape, listed: Listed): string {
  const { definition } = shape;
  const metadata: JsonMap = { resourceVersion: String(listed.revision) };
  if (listed.continueToken !== '') metadata['continue'] = listed.continueToken;
  if (listed.remaining !== undefined) metadata['remainingItemCount'] = listed.remaining;
  const shown = () => listed.items.map((item) => viewOf(definition, item.json));
  switch (shape.representation) {
    case 'object': {
      const head = { kind: definition.listKind, apiVersion: apiVersionOf(definition), metadata };
      const items = listed.items.map((item) => viewText(definition, item)).join(',');
      return `${JSON.stringify(head).slice(0, -1)},"items":[${items}]}`;
    }
    case 'partial':
      return JSON.stringify({
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: shown().map(partialMetadata),
      });
    case 'table':
      return JSON.stringify({ ...tableOf(shape, shown(), String(listed.revision)), metadata });
  }
}

/** Renders the objects of one watch: of tables only the first carries the column definitions. */
export function watchRenderer(shape: Shape): (object: StoredObject) => string {
  if (shape.representation === 'object') return (object) => viewText(shape.definition, object);
  if (shape.representation === 'partial') return (object) => renderObject(shape, object);
  let first = true;
  return (object) => {
    const shown = viewOf(shape.definition, object.json);
    const table = tableOf(shape, [shown], resourceVersionOf(shown));
    if (first) {
      first = false;
      return JSON.stringify(table);
    }
    return JSON.stringify({ ...omit(table, 'columnDefinitions'), columnDefinitions: null });
  };
}

function tableOf(shape: Shape, objects: readonly JsonMap[], resourceVersion: string): JsonMap {
  const { includeObject, nowMs } = shape;
  return renderTable(shape.definition, objects, { resourceVersion, includeObject, nowMs: nowMs() });
}

function resourceVersionOf(object: JsonMap): string {
  const metadata = object['metadata'];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  return String(metadata['resourceVersion'] ?? '');
}
