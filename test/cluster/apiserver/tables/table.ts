import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';

export interface TableOptions {
  readonly resourceVersion: string;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly nowMs: number;
}

/**
 * The meta.k8s.io/v1 Table of some objects of one kind. Rows carry, by `includeObject`, nothing, the object's metadata
 * (PartialObjectMetadata) or the whole object.
 */
export function renderTable(
  definition: ResourceDefinition,
  objects: readonly JsonMap[],
  options: TableOptions,
): JsonMap {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: options.resourceVersion },
    columnDefinitions: definition.columns.map((column) => ({ ...column })),
    rows: objects.map((object) => renderRow(definition, object, options)),
  };
}

function renderRow(definition: ResourceDefinition, object: JsonMap, options: TableOptions): JsonMap {
  const cells = definition.cells(object, options.nowMs);
  switch (options.includeObject) {
    case 'None':
      return { cells };
    case 'Object':
      return { cells, object };
    case 'Metadata':
      return { cells, object: partialMetadata(object) };
  }
}

/** The object's metadata alone, as metadata-only clients and table rows get it. */
export function partialMetadata(object: JsonMap): JsonMap {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object['metadata'] ?? {} };
}
