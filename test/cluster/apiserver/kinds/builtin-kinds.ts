import { omit } from '../omit.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { jsonEqual, mapAt, stringAt } from '../schema/json-value.ts';
import { crdBehaviour } from './crd-behaviour.ts';
import { customResourceBehaviour } from './custom-resource.ts';
import { endpointSliceBehaviour } from './endpoint-slice.ts';
import { coreEventBehaviour, newEventBehaviour } from './event.ts';
import { forbiddenField, invalidValue } from './field-problem.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';
import { leaseBehaviour } from './lease.ts';
import { completeNamespace } from './namespace-lifecycle.ts';

/** The behaviour of a kind, by its definition. */
export function behaviours(service: KindBehaviour): (definition: ResourceDefinition) => KindBehaviour {
  const builtin: Readonly<Record<string, KindBehaviour>> = {
    '/services': service,
    '/namespaces': { ...plainBehaviour, returnsDeleted: true, create: completeNamespace, update: namespaceUpdate },
    '/nodes': plainBehaviour,
    '/pods': { ...plainBehaviour, returnsDeleted: true, create: createPod },
    '/configmaps': { ...plainBehaviour, validate: validateConfigMap },
    '/secrets': { ...plainBehaviour, create: completeSecret, update: updateSecret, validate: validateSecret },
    '/serviceaccounts': { ...plainBehaviour, returnsDeleted: true },
    '/endpoints': { ...plainBehaviour, createOnUpdate: true },
    '/events': coreEventBehaviour,
    'events.k8s.io/events': newEventBehaviour,
    'discovery.k8s.io/endpointslices': endpointSliceBehaviour,
    'coordination.k8s.io/leases': leaseBehaviour,
    'apiextensions.k8s.io/customresourcedefinitions': crdBehaviour,
  };
  return (definition) =>
    definition.structural
      ? customResourceBehaviour
      : (builtin[`${definition.group}/${definition.plural}`] ?? plainBehaviour);
}

function namespaceUpdate(object: JsonMap, old: JsonMap): JsonMap {
  return { ...object, spec: mapAt(old, ['spec']) };
}

/** A pod as the scheduler finds it. Nothing runs it: its status is for the test to write. */
function createPod(object: JsonMap): JsonMap {
  const spec = { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler' };
  return {
    ...object,
    spec: { ...spec, ...mapAt(object, ['spec']) },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

function completeSecret(object: JsonMap): JsonMap {
  return { ...withStringData(object), type: stringAt(object, ['type']) || 'Opaque' };
}

function updateSecret(object: JsonMap, old: JsonMap): JsonMap {
  return { ...withStringData(object), type: stringAt(object, ['type']) || stringAt(old, ['type']) };
}

/** `stringData` is write-only: it lands in `data`. */
function withStringData(object: JsonMap): JsonMap {
  if (!('stringData' in object)) return object;
  const data = { ...mapAt(object, ['data']) };
  for (const [key, text] of Object.entries(mapAt(object, ['stringData']))) {
    data[key] = Buffer.from(String(text)).toString('base64');
  }
  return { ...omit(object, 'stringData'), data };
}

const dataKey = /^[-._a-zA-Z0-9]+$/;

function validateDataKeys(object: JsonMap): readonly FieldError[] {
  return Object.keys(mapAt(object, ['data']))
    .filter((key) => !dataKey.test(key))
    .map((key) =>
      invalidValue(
        `data[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME'," +
          "  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ),
    );
}

/** `immutable: true` freezes the data and itself. */
function validateFrozen(object: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  if (old?.['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  return ['immutable', 'data', 'binaryData']
    .filter((key) => !jsonEqual(object[key], old[key]))
    .map((key) => forbiddenField(key, why));
}

function validateConfigMap(object: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  return [...validateDataKeys(object), ...validateFrozen(object, old)];
}

function validateSecret(object: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  const problems = [...validateConfigMap(object, old)];
  if (old !== undefined && object['type'] !== old['type']) {
    problems.push(invalidValue('type', object['type'], 'field is immutable'));
  }
  return problems;
}
