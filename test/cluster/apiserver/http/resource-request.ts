import type { IncomingMessage, ServerResponse } from 'node:http';
import { notSupported } from '../kinds/field-problem.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { Shape } from '../rest/rendering.ts';
import type { FieldValidation, WriteScope } from '../rest/write-scope.ts';
import { representationOf } from './accept.ts';
import type { ResourcePath } from './route.ts';
import { badRequest, invalidOptions } from './status-error.ts';

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
    dryRun: dryRunOf(query.getAll('dryRun'), optionsKinds[request.request.method ?? ''] ?? 'UpdateOptions'),
    fieldValidation: fieldValidationOf(query.get('fieldValidation')),
    manager: query.get('fieldManager') || managerOf(request.request.headers['user-agent']),
    apply: request.request.headers['content-type']?.startsWith('application/apply-patch') ?? false,
    nowMs: request.nowMs(),
    warnings: [],
  };
}

/** `kind`: the options that the verb takes, for the message. */
export function dryRunOf(values: readonly string[], kind: string): boolean {
  if (values.some((value) => value !== 'All' && value !== '')) {
    throw invalidOptions(kind, notSupported('dryRun', values, ['All']));
  }
  return values.includes('All');
}

const optionsKinds: Readonly<Record<string, string>> = { POST: 'CreateOptions', PATCH: 'PatchOptions' };

export function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '0';
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
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
