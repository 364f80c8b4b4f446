import { isJsonObject, readObject, readString } from '../../../../shared/api/json.ts';
import type { ResourceDefinition, Schema } from '../resource-definition.ts';
import { isIntOrString } from '../schema/json-schema.ts';
import { listMeta, objectMeta } from '../schema/object-meta.ts';
import { schemaName, sharedNames } from './schema-names.ts';

/** Schemas by name, and how one refers to another: the part in which OpenAPI v2 and v3 differ. */
export interface Publishing {
  readonly schemas: Map<string, Schema>;
  readonly refTo: (name: string) => string;
}

/** Adds what all kinds share. */
export function publishShared({ schemas }: Publishing): void {
  const { description: _, ...metadata } = objectMeta;
  schemas.set(sharedNames.objectMeta, metadata);
  schemas.set(sharedNames.listMeta, listMeta);
  schemas.set(sharedNames.intOrString, { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] });
  for (const name of ['deleteOptions', 'status', 'patch'] as const) schemas.set(sharedNames[name], { type: 'object' });
}

/**
 * Adds a kind and its list. Shared metadata, and a built-in kind's spec and status, become schemas of their own, so
 * that `kubectl explain` names their types ("<ServiceSpec>").
 */
export function publishKind(definition: ResourceDefinition, publishing: Publishing): void {
  const { schemas, refTo } = publishing;
  const { group, version, kind, listKind } = definition;
  const properties: Record<string, Schema> = {};
  for (const [name, property] of Object.entries(readObject(definition.schema, 'properties'))) {
    if (isJsonObject(property)) properties[name] = publishProperty(definition, name, { property, publishing });
  }
  const whole = schemaName(definition, kind);
  schemas.set(whole, {
    ...definition.schema,
    properties,
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  });
  schemas.set(schemaName(definition, listKind), {
    type: 'object',
    description: `A list of ${definition.plural}.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'API version of this list.' },
      kind: { type: 'string', description: 'Kind of this list.' },
      metadata: reference(refTo(sharedNames.listMeta), 'Metadata of the list.'),
      items: { type: 'array', description: 'The objects.', items: { $ref: refTo(whole) } },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
  });
}

interface Property {
  readonly property: Schema;
  readonly publishing: Publishing;
}

function publishProperty(definition: ResourceDefinition, name: string, { property, publishing }: Property): Schema {
  const { schemas, refTo } = publishing;
  const description = typeof property['description'] === 'string' ? property['description'] : '';
  if (property === objectMeta) return reference(refTo(sharedNames.objectMeta), description);
  if (definition.structural || (name !== 'spec' && name !== 'status')) return property;
  const suffix = name === 'spec' ? 'Spec' : 'Status';
  const own = schemaName(definition, definition.kind + suffix);
  // `kubectl explain` prints the reference's description and the type's: one is enough.
  const { description: _, ...type } = property;
  schemas.set(own, withIntOrString(type, refTo(sharedNames.intOrString)));
  return reference(refTo(own), description);
}

/** A reference with a text of its own: a bare `$ref` allows no siblings (OpenAPI 3.0 §4.8.23). */
function reference(to: string, description: string): Schema {
  return { description, allOf: [{ $ref: to }] };
}

/** Built-in kinds refer to the type of fields that are a number or a text. */
function withIntOrString(schema: Schema, ref: string): Schema {
  if (isIntOrString(schema)) return reference(ref, readString(schema, 'description') ?? '');
  const properties = Object.entries(readObject(schema, 'properties')).map(([name, property]) => [
    name,
    isJsonObject(property) ? withIntOrString(property, ref) : property,
  ]);
  const items = schema['items'];
  return {
    ...schema,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(isJsonObject(items) ? { items: withIntOrString(items, ref) } : {}),
  };
}
