import type { Schema } from '../resource-definition.ts';

/** Terms in which the built-in kinds' schemas are written. Every one takes the text that `kubectl explain` prints. */
export function field(type: 'string' | 'boolean' | 'integer' | 'number', description: string): Schema {
  return { type, description };
}

export function string(description: string): Schema {
  return { type: 'string', description };
}

export function boolean(description: string): Schema {
  return { type: 'boolean', description };
}

export function integer(description: string, format: 'int32' | 'int64' = 'int32'): Schema {
  return { type: 'integer', format, description };
}

export function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description };
}

/** Base64 in JSON. */
export function bytes(description: string): Schema {
  return { type: 'string', format: 'byte', description };
}

export function intOrString(description: string): Schema {
  return { 'x-kubernetes-int-or-string': true, format: 'int-or-string', description };
}

/** A map with named fields; `required` names those that must stand there. */
export function map(description: string, properties: Readonly<Record<string, Schema>>, required?: string[]): Schema {
  return { type: 'object', description, properties, ...(required === undefined ? {} : { required }) };
}

/** A map that server-side apply owns as one. */
export function atomicMap(description: string, properties: Readonly<Record<string, Schema>>): Schema {
  return { ...map(description, properties), 'x-kubernetes-map-type': 'atomic' };
}

/** A map with free keys. */
export function mapOf(description: string, values: Schema): Schema {
  return { type: 'object', description, additionalProperties: values };
}

/** Anything at all, kept as given. */
export function anyMap(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

export interface ListRules {
  /** Server-side apply's keys: the list is a map by them. */
  readonly keys?: readonly string[];
  /** Strategic merge's key; `keys` and it may differ. */
  readonly mergeKey?: string;
  /** A list of primitives that both patches unite. */
  readonly set?: boolean;
}

export function listOf(description: string, items: Schema, { keys, mergeKey, set }: ListRules = {}): Schema {
  const strategy = set === true || mergeKey !== undefined ? { 'x-kubernetes-patch-strategy': 'merge' } : {};
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': keys !== undefined ? 'map' : set === true ? 'set' : 'atomic',
    ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': keys }),
    ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
    ...strategy,
  };
}

/** status.conditions as metav1.Condition and its elder kin have them. */
export function conditions(description: string): Schema {
  const condition = map(
    'One aspect of the current state.',
    {
      type: string('Name of the aspect.'),
      status: string('True, False or Unknown.'),
      reason: string('One word for programs.'),
      message: string('A sentence for people.'),
      observedGeneration: integer('Generation that the condition speaks of.', 'int64'),
      lastTransitionTime: time('When the status last changed.'),
      lastHeartbeatTime: time('When the condition was last confirmed.'),
      lastProbeTime: time('When the condition was last probed.'),
      lastUpdateTime: time('When the condition was last updated.'),
    },
    ['type', 'status'],
  );
  return listOf(description, condition, { keys: ['type'], mergeKey: 'type' });
}
