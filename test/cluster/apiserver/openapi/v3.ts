import { createHash } from 'node:crypto';
import { servedIn } from '../discovery/documents.ts';
import { type GroupVersion, groupVersionPath, groupVersionsOf } from '../discovery/group-version.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { jsonOf } from '../schema/json-value.ts';
import { type Operation, type ResourcePath, resourcePaths } from './operations.ts';
import { type Publishing, publishKind, publishShared } from './published-schemas.ts';
import { schemaName, sharedNames } from './schema-names.ts';

const refTo = (name: string): string => `#/components/schemas/${name}`;

/** GET /openapi/v3: a path per group and version, with a hash by which clients cache the document. */
export function openApiV3Index(definitions: readonly ResourceDefinition[]): JsonMap {
  const paths: JsonMap = {};
  for (const groupVersion of groupVersionsOf(definitions)) {
    const document = openApiV3Document(definitions, groupVersion) ?? {};
    const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex').toUpperCase();
    const path = groupVersionPath(groupVersion);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}

/** GET /openapi/v3/api/v1 and /openapi/v3/apis/GROUP/VERSION; undefined where no kind is in it. */
export function openApiV3Document(
  definitions: readonly ResourceDefinition[],
  groupVersion: GroupVersion,
): JsonMap | undefined {
  const served = servedIn(definitions, groupVersion);
  if (served.length === 0) return undefined;
  const publishing: Publishing = { schemas: new Map(), refTo };
  publishShared(publishing);
  const paths: JsonMap = {};
  for (const definition of served) {
    publishKind(definition, publishing);
    for (const place of resourcePaths(definition)) paths[place.path] = pathItem(definition, place);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths,
    components: { schemas: jsonOf(Object.fromEntries(publishing.schemas)) },
  };
}

function pathItem(definition: ResourceDefinition, place: ResourcePath): JsonMap {
  const item: JsonMap = {
    parameters: place.pathParameters.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', uniqueItems: true },
    })),
  };
  for (const operation of place.operations) item[operation.method] = operationItem(definition, operation);
  return item;
}

function operationItem(definition: ResourceDefinition, operation: Operation): JsonMap {
  const { group, version, kind } = definition;
  const whole = { $ref: refTo(schemaName(definition, kind)) };
  const answered = operation.action === 'list' ? { $ref: refTo(schemaName(definition, definition.listKind)) } : whole;
  const item: JsonMap = {
    parameters: operation.queryParameters.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: answered } } } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
  if (operation.method !== 'get') {
    const schema = { $ref: refTo(bodyName(definition, operation)) };
    item['requestBody'] = { content: Object.fromEntries(operation.mediaTypes.map((type) => [type, { schema }])) };
  }
  return item;
}

function bodyName(definition: ResourceDefinition, { method }: Operation): string {
  if (method === 'patch') return sharedNames.patch;
  return method === 'delete' ? sharedNames.deleteOptions : schemaName(definition, definition.kind);
}
