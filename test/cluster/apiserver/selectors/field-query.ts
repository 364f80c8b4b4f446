import { badRequest } from '../http/status-error.ts';
import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import type { ObjectFilter } from './label-query.ts';

const everyKind = ['metadata.name', 'metadata.namespace'];
const objectReference = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Fields that a kind can be selected by, beyond its name and namespace; custom resources have none. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  '/events': [
    ...objectReference.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    ...objectReference.map((field) => `regarding.${field}`),
    ...objectReference.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
  '/pods': ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'status.podIP'],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
};

interface FieldTerm {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Reads `fieldSelector` of a list or watch. Undefined where it is empty. */
export function parseFieldQuery(text: string, definition: ResourceDefinition): ObjectFilter | undefined {
  const terms = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => parseTerm(part, text));
  if (terms.length === 0) return undefined;
  for (const { field } of terms) requireSelectable(field, definition);
  return (object) => terms.every(({ field, equal, value }) => (readField(object, field) === value) === equal);
}

function parseTerm(part: string, whole: string): FieldTerm {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
  if (match === null) throw badRequest(`invalid selector: '${whole}'; can't understand '${part}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, equal: operator !== '!=', value };
}

function requireSelectable(field: string, definition: ResourceDefinition): void {
  if (everyKind.includes(field)) return;
  const more = selectable[`${definition.group}/${definition.plural}`];
  if (more?.includes(field) === true) return;
  if (more !== undefined) throw badRequest(`field label not supported: ${field}`);
  const known = everyKind.map((name) => `"${name}"`).join(', ');
  throw badRequest(`"${field}" is not a known field selector: only ${known}`);
}

/** A field's text as selectors compare it; absent reads as ''. */
function readField(object: JsonMap, field: string): string {
  let value: Json | undefined = object;
  for (const step of field.replace(/^involvedObject\./, referenceOf(object)).split('.')) {
    value = isMap(value) ? value[step] : undefined;
  }
  if (field === 'source' && isMap(value)) value = value['component'];
  return value === undefined || value === null ? defaultOf(field) : String(value);
}

function defaultOf(field: string): string {
  return field === 'spec.unschedulable' ? 'false' : '';
}

function referenceOf(object: JsonMap): string {
  return 'regarding' in object ? 'regarding.' : 'involvedObject.';
}
