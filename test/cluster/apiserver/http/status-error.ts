import type { Json, JsonMap } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';

/** Names the resource in messages as Kubernetes does: `services`, `ipaddresspools.metallb.io`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** A request that the server refuses: what becomes a metav1.Status of status Failure. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: JsonMap | undefined;

  constructor(code: number, reason: string, message: string, details?: JsonMap) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export function statusBody(error: StatusError): JsonMap {
  const body: JsonMap = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: error.message };
  if (error.reason !== '') body['reason'] = error.reason;
  if (error.details !== undefined) body['details'] = error.details;
  body['code'] = error.code;
  return body;
}

function qualified(resource: ResourceName): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: ResourceName, name: string, kind: string): JsonMap {
  const details: JsonMap = {};
  if (name !== '') details['name'] = name;
  if (resource.group !== '') details['group'] = resource.group;
  details['kind'] = kind;
  return details;
}

export function notFound(resource: ResourceName, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualified(resource)} "${name}" not found`,
    detailsOf(resource, name, resource.plural),
  );
}

export function alreadyExists(resource: ResourceName, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name, resource.plural),
  );
}

export const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(resource: ResourceName, name: string, why: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name, resource.plural),
  );
}

/** Server-side apply met fields that other managers own. */
export function applyConflict(conflicts: readonly string[]): StatusError {
  const some = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const causes: Json[] = conflicts.map((text) => {
    const end = text.lastIndexOf(': ');
    return { reason: 'FieldManagerConflict', message: text.slice(0, end), field: text.slice(end + 2) };
  });
  return new StatusError(409, 'Conflict', `Apply failed with ${some}: ${conflicts.join('\n')}`, { causes });
}

export function forbidden(resource: ResourceName, name: string, why: string, causes: Json[] = []): StatusError {
  const details = detailsOf(resource, name, resource.plural);
  if (causes.length > 0) details['causes'] = causes;
  return new StatusError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, details);
}

export function invalid(resource: ResourceName, name: string, problems: readonly FieldError[]): StatusError {
  const texts = problems.map((problem) =>
    problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`,
  );
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const details = detailsOf(resource, name, resource.kind);
  details['causes'] = problems.map(({ path, message, type }) => ({ reason: type, message, field: path }));
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, details);
}

/** Query parameters that contradict each other or are unknown. `kind`: ListOptions, PatchOptions and their like. */
export function invalidOptions(kind: string, problem: FieldError): StatusError {
  return invalid({ group: 'meta.k8s.io', plural: '', kind }, '', [problem]);
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** The history no longer holds what was asked for. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function tooLargeResourceVersion(wanted: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
