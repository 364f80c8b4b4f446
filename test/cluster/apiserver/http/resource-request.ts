import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { Shape } from '../rest/rendering.ts';
import type { FieldValidation, WriteScope } from '../rest/write-scope.ts';
import { representationOf } from './accept.ts';
import type { ResourcePath } from './route.ts';
import { badRequest } from './status-error.ts';

/** One request to a resource, with all that its handlers need. */
export interface ResourceRequest {
  readonly definition: ResourceDefinition;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly nowMs: () => number;
}

export function shapeOf(request: ResourceRequest): Shape {
  const include = request.query.get('includeObject');
  return {
    definition: request.definition,
    representation: representationOf(request.request.headers.accept ?? ''),
    includeObject: include === 'None' || include === 'Object' ? include : 'Metadata',
    nowMs: request.nowMs,
  };
}

export function writeScopeOf(request: ResourceRequest): WriteScope {
  const { definition, path, query } = request;
  return {
    definition,
    namespace: path.namespace,
    subresource: path.subresource === 'status' ? 'status' : '',
    dryRun: dryRunOf(query.getAll('dryRun')),
    fieldValidation: fieldValidationOf(query.get('fieldValidation')),
    manager: query.get('fieldManager') || managerOf(request.request.headers['user-agent']),
    apply: request.request.headers['content-type']?.startsWith('application/apply-patch') ?? false,
    nowMs: request.nowMs(),
    warnings: [],
  };
}

export function dryRunOf(values: readonly string[]): boolean {
  const unknown = values.find((value) => value !== 'All' && value !== '');
  if (unknown !== undefined) {
    throw badRequest(`Invalid value: dryRun: Unsupported value: "${unknown}": supported values: "All"`);
  }
  return values.includes('All');
}

/** The real server warns unless told otherwise. */
function fieldValidationOf(value: string | null): FieldValidation {
  if (value === null || value === '' || value === 'Warn') return 'Warn';
  if (value === 'Strict' || value === 'Ignore') return value;
  throw badRequest(`fieldValidation: Unsupported value: "${value}": supported values: "Ignore", "Strict", "Warn"`);
}

/** The real server's default manager: the User-Agent up to its first slash. */
function managerOf(userAgent: string | undefined): string {
  return userAgent?.split('/')[0] || 'unknown';
}
