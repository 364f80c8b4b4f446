import { randomInt, randomUUID } from 'node:crypto';
import { badRequest } from '../http/status-error.ts';
import { omit } from '../omit.ts';
import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { listAt, mapAt, numberAt, stringAt } from '../schema/json-value.ts';

/** What only the server writes. */
const serverOwned = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'];

/** metav1.Time: RFC 3339 without fractions. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The metadata of a new object: identity given, server-owned fields set. */
export function metadataForCreate(object: JsonMap, definition: ResourceDefinition, place: Birth): JsonMap {
  const given = mapAt(object, ['metadata']);
  if (stringAt(given, ['resourceVersion']) !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const generateName = stringAt(given, ['generateName']);
  const name = stringAt(given, ['name']) || (generateName === '' ? '' : generatedName(generateName));
  requireSameNamespace(given, definition, place.namespace);
  const metadata: JsonMap = { ...omit(given, ...serverOwned, 'selfLink'), name };
  if (definition.namespaced) metadata['namespace'] = place.namespace;
  metadata['uid'] = randomUUID();
  metadata['creationTimestamp'] = timestamp(place.nowMs);
  if (place.countsGeneration) metadata['generation'] = 1;
  return dropEmpty(metadata);
}

export interface Birth {
  readonly namespace: string;
  readonly nowMs: number;
  readonly countsGeneration: boolean;
}

/** The metadata of an update: what the client wrote, with the server's fields as they were. */
export function metadataForUpdate(given: JsonMap, live: JsonMap): JsonMap {
  const metadata = { ...omit(given, ...serverOwned, 'selfLink') };
  for (const key of [...serverOwned, 'name', 'namespace', 'resourceVersion', 'generateName']) {
    const value = live[key];
    if (value !== undefined) metadata[key] = value;
  }
  metadata['managedFields'] = managedFields(given, live);
  return dropEmpty(metadata);
}

/** A list with one empty entry, or an empty list, resets; none keeps what was there. */
function managedFields(given: JsonMap, live: JsonMap): Json {
  const wanted = given['managedFields'];
  if (!Array.isArray(wanted)) return live['managedFields'] ?? null;
  return wanted.filter((entry) => Object.keys(mapAt(entry, [])).length > 0);
}

/** Empty maps and lists of metadata are not kept, as Go's `omitempty` has it. */
function dropEmpty(metadata: JsonMap): JsonMap {
  const empty = Object.keys(metadata).filter((key) => {
    const value = metadata[key];
    return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  });
  return omit(metadata, ...empty);
}

export function requireSameNamespace(metadata: JsonMap, definition: ResourceDefinition, namespace: string): void {
  const given = stringAt(metadata, ['namespace']);
  if (definition.namespaced && given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** The next generation: one more where anything but metadata and status changed. */
export function nextGeneration(live: JsonMap, changed: boolean): number {
  return (numberAt(live, ['metadata', 'generation']) ?? 1) + (changed ? 1 : 0);
}

export function finalizersOf(object: JsonMap): readonly Json[] {
  return listAt(object, ['metadata', 'finalizers']);
}

export function isDeleting(object: JsonMap): boolean {
  return stringAt(object, ['metadata', 'deletionTimestamp']) !== '';
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Kubernetes' names.SimpleNameGenerator: five characters, the whole at most 63. */
function generatedName(base: string): string {
  let suffix = '';
  for (let count = 0; count < 5; count++) suffix += suffixAlphabet[randomInt(suffixAlphabet.length)];
  return base.slice(0, 58) + suffix;
}
