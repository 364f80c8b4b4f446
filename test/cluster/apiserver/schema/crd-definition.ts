import { readObject } from '../../../../shared/api/json.ts';
import type { Json, JsonMap, ResourceDefinition, Schema, TableColumn } from '../resource-definition.ts';
import { humanAge } from '../tables/human-duration.ts';
import { findByPath } from './json-path.ts';
import { listAt, mapAt, mapsAt, numberAt, stringAt, valueAt } from './json-value.ts';
import { objectMeta } from './object-meta.ts';

const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name, unique within the namespace and kind.',
  priority: 0,
};

interface PrinterColumn {
  readonly column: TableColumn;
  readonly jsonPath: string;
}

/** Columns of a version that names none itself. */
const ageOnly: readonly PrinterColumn[] = [
  {
    column: { name: 'Age', type: 'date', format: '', description: 'When the object was created.', priority: 0 },
    jsonPath: '.metadata.creationTimestamp',
  },
];

/** What a CustomResourceDefinition (apiextensions.k8s.io/v1) makes the server serve: one definition per served version. */
export function definitionsOf(crd: JsonMap): readonly ResourceDefinition[] {
  return mapsAt(crd, ['spec', 'versions'])
    .filter((version) => version['served'] === true)
    .map((version) => definitionOf(crd, version));
}

function definitionOf(crd: JsonMap, version: JsonMap): ResourceDefinition {
  const names = mapAt(crd, ['spec', 'names']);
  const kind = stringAt(names, ['kind']);
  const columns = printerColumns(version);
  return {
    group: stringAt(crd, ['spec', 'group']),
    version: stringAt(version, ['name']),
    kind,
    listKind: stringAt(names, ['listKind']) || `${kind}List`,
    plural: stringAt(names, ['plural']),
    singular: stringAt(names, ['singular']) || kind.toLowerCase(),
    shortNames: strings(listAt(names, ['shortNames'])),
    categories: strings(listAt(names, ['categories'])),
    namespaced: stringAt(crd, ['spec', 'scope']) !== 'Cluster',
    statusSubresource: valueAt(version, ['subresources', 'status']) !== undefined,
    schema: wholeSchema(mapAt(version, ['schema', 'openAPIV3Schema'])),
    structural: true,
    columns: [nameColumn, ...columns.map(({ column }) => column)],
    cells: (object, nowMs) => [
      stringAt(object, ['metadata', 'name']),
      ...columns.map((printed) => cell(printed, object, nowMs)),
    ],
  };
}

function strings(values: readonly Json[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}

/** A CRD's schema says nothing of metadata, which the server itself keeps: its fields are filled in here. */
function wholeSchema(schema: JsonMap): Schema {
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string', description: 'API version of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      ...readObject(schema, 'properties'),
      metadata: objectMeta,
    },
  };
}

function printerColumns(version: JsonMap): readonly PrinterColumn[] {
  const columns = mapsAt(version, ['additionalPrinterColumns']);
  if (columns.length === 0) return ageOnly;
  return columns.map((column) => ({
    column: {
      name: stringAt(column, ['name']),
      type: columnType(stringAt(column, ['type'])),
      format: stringAt(column, ['format']),
      description: stringAt(column, ['description']),
      priority: numberAt(column, ['priority']) ?? 0,
    },
    jsonPath: stringAt(column, ['jsonPath']),
  }));
}

function columnType(type: string): TableColumn['type'] {
  switch (type) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date':
      return type;
    default:
      return 'string';
  }
}

/** A missing value leaves its cell empty; a value of another type than the column's does, too. */
function cell({ column, jsonPath }: PrinterColumn, object: JsonMap, nowMs: number): Json {
  const [value] = findByPath(object, jsonPath);
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case 'date':
      return humanAge(value, nowMs);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
