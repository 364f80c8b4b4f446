import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { isMap, jsonOf } from '../schema/json-value.ts';
import { type Operation, type ResourcePath, resourcePaths } from './operations.ts';
import { type Publishing, publishKind, publishShared } from './published-schemas.ts';
import { schemaName } from './schema-names.ts';

const refTo = (name: string): string => `#/definitions/${name}`;

/** GET /openapi/v2, as JSON. The protobuf form is not made; kubectl asks for it only where it can do without. */
export function openApiV2(definitions: readonly ResourceDefinition[]): JsonMap {
  const publishing: Publishing = { schemas: new Map(), refTo };
  publishShared(publishing);
  const paths: JsonMap = {};
  for (const definition of definitions) {
    publishKind(definition, publishing);
    for (const place of resourcePaths(definition)) paths[place.path] = pathItem(definition, place);
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths,
    definitions: downgraded(jsonOf(Object.fromEntries(publishing.schemas))),
  };
}

/** Keywords of OpenAPI v3 that v2 lacks. */
const newer = new Set(['oneOf', 'anyOf', 'not', 'nullable']);

/** Schemas in the terms of v2: a lone reference stands bare, newer keywords are left out. */
function downgraded(value: Json): Json {
  if (Array.isArray(value)) return value.map(downgraded);
  if (!isMap(value)) return value;
  const result: JsonMap = {};
  for (const [key, member] of Object.entries(value)) {
    const [only] = key === 'allOf' && Array.isArray(member) && member.length === 1 ? member : [];
    if (isMap(only) && typeof only['$ref'] === 'string') result['$ref'] = only['$ref'];
    else if (!newer.has(key)) result[key] = downgraded(member);
  }
  return result;
}

function pathItem(definition: ResourceDefinition, place: ResourcePath): JsonMap {
  const item: JsonMap = {
    parameters: place.pathParameters.map((name) => ({
      name,
      in: 'path',
      required: true,
      type: 'string',
      uniqueItems: true,
    })),
  };
  for (const operation of place.operations) item[operation.method] = operationItem(definition, operation);
  return item;
}

function operationItem(definition: ResourceDefinition, operation: Operation): JsonMap {
  const { group, version, kind } = definition;
  const answered = operation.action === 'list' ? definition.listKind : kind;
  return {
    consumes: [...operation.mediaTypes],
    produces: ['application/json'],
    parameters: operation.queryParameters.map((name) => ({ name, in: 'query', type: 'string', uniqueItems: true })),
    responses: { '200': { description: 'OK', schema: { $ref: refTo(schemaName(definition, answered)) } } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
