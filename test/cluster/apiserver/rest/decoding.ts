import { badRequest } from '../http/status-error.ts';
import { omit } from '../omit.ts';
import { apiVersionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { mapAt, stringAt } from '../schema/json-value.ts';
import { prune } from '../schema/pruning.ts';
import { storedFormOf } from './view.ts';
import { requireWireTypes } from './wire-types.ts';
import type { WriteScope } from './write-scope.ts';

/**
 * Reads a whole object that a client wrote: of the right kind, without fields that the schema does not know (how they
 * are reported is up to `fieldValidation`), in the form that the store keeps. `live` lends its apiVersion and kind. The
 * body must be the caller's own, down to its leaves: unknown fields are cut out of it.
 */
export function decodeObject(scope: WriteScope, body: JsonMap, live: JsonMap = {}): JsonMap {
  const { definition } = scope;
  const apiVersion = apiVersionOf(definition);
  const typed: JsonMap = {
    // Through the status subresource the rest is not looked at.
    ...(scope.subresource === 'status' ? statusOf(body) : body),
    apiVersion: stringAt(body, ['apiVersion']) || stringAt(live, ['apiVersion']) || apiVersion,
    kind: stringAt(body, ['kind']) || stringAt(live, ['kind']) || definition.kind,
    metadata: mapAt(body, ['metadata']),
  };
  if (definition.structural) requireGivenKind(definition, body);
  requireKind(definition, typed);
  if (!definition.structural && !keepsAll(definition)) requireWireTypes(definition, typed);
  return storedFormOf(definition, withoutUnknown(scope, typed));
}

function statusOf(body: JsonMap): JsonMap {
  const status = body['status'];
  return status === undefined ? {} : { status };
}

/** Built-in kinds may leave out what the path says; custom resources may not. */
function requireGivenKind(definition: ResourceDefinition, body: JsonMap): void {
  const missing = ['kind', 'apiVersion'].find((key) => stringAt(body, [key]) === '');
  if (missing === undefined) return;
  const name = missing === 'kind' ? 'Kind' : missing;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${definition.kind}): Object '${name}' is missing in ` +
      `'${JSON.stringify(body)}'`,
  );
}

function requireKind(definition: ResourceDefinition, object: JsonMap): void {
  const apiVersion = apiVersionOf(definition);
  const kind = stringAt(object, ['kind']);
  if (stringAt(object, ['apiVersion']) !== apiVersion) {
    const given = stringAt(object, ['apiVersion']);
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${apiVersion})`);
  }
  if (kind !== definition.kind) {
    const from = `${definition.version}.${kind}`;
    const why = `converting (${from}) to (${definition.group || 'core'}.${definition.kind}): unknown conversion`;
    throw badRequest(`${kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: ${why}`);
  }
}

/** Kinds whose schema here is a part of the real one: unknown fields are kept. */
const partlyKnown = new Set(['/pods', '/nodes', 'apiextensions.k8s.io/customresourcedefinitions']);

function keepsAll({ group, plural }: ResourceDefinition): boolean {
  return group === 'apps' || group === 'batch' || group.startsWith('rbac.') || partlyKnown.has(`${group}/${plural}`);
}

function withoutUnknown(scope: WriteScope, object: JsonMap): JsonMap {
  const { definition } = scope;
  if (keepsAll(definition)) return object;
  // Metadata is of one shape everywhere; a custom schema seldom spells it out.
  const content = { ...omit(object, 'apiVersion', 'kind', 'metadata') };
  const unknown = prune(definition.schema, content);
  if (unknown.length > 0) reportUnknown(scope, unknown);
  const { apiVersion = null, kind = null, metadata = null } = object;
  return { apiVersion, kind, metadata, ...content };
}

function reportUnknown(scope: WriteScope, unknown: readonly string[]): void {
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (scope.fieldValidation === 'Warn') scope.warnings.push(...texts);
  if (scope.fieldValidation !== 'Strict') return;
  const { kind, version } = scope.definition;
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${texts.join(', ')}`,
  );
}
