import type { JsonMap } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { jsonEqual, stringAt } from '../schema/json-value.ts';
import { invalidValue, required } from './field-problem.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

/** core/v1 Event. */
export const coreEventBehaviour: KindBehaviour = { ...plainBehaviour, createOnUpdate: true, validate: validateCore };

/** events.k8s.io/v1 Event: stricter, and only its series may change. Objects come in the core form. */
export const newEventBehaviour: KindBehaviour = {
  ...plainBehaviour,
  createOnUpdate: true,
  validate: (event, old) => [...validateNamespace(event), ...validateNew(event), ...validateFrozen(event, old)],
};

/** With eventTime, a core event must have what the newer kind has. */
function validateCore(event: JsonMap): readonly FieldError[] {
  const problems = validateNamespace(event);
  return stringAt(event, ['eventTime']) === '' ? problems : [...problems, ...validateNew(event)];
}

/** An event lives in the namespace of the object that it is about. */
function validateNamespace(event: JsonMap): readonly FieldError[] {
  const regarding = stringAt(event, ['involvedObject', 'namespace']);
  const namespace = stringAt(event, ['metadata', 'namespace']);
  if (regarding === namespace || (regarding === '' && namespace === 'default')) return [];
  return [invalidValue('involvedObject.namespace', regarding, 'does not match event.namespace')];
}

const maxNoteLength = 1024;

function validateNew(event: JsonMap): readonly FieldError[] {
  if (stringAt(event, ['eventTime']) === '') return [required('eventTime', '')];
  const problems: FieldError[] = [];
  const needs = (key: string, name: string) => {
    if (stringAt(event, [key]) === '') problems.push(required(name, ''));
  };
  needs('reportingComponent', 'reportingController');
  needs('reportingInstance', 'reportingInstance');
  needs('action', 'action');
  needs('reason', 'reason');
  const type = stringAt(event, ['type']);
  if (type !== 'Normal' && type !== 'Warning') problems.push(invalidValue('type', type, 'has invalid value: '));
  if (stringAt(event, ['message']).length > maxNoteLength) {
    problems.push(invalidValue('message', '', 'can have at most 1024 characters'));
  }
  return problems;
}

const frozen = ['involvedObject', 'reason', 'message', 'type', 'eventTime', 'reportingComponent', 'reportingInstance'];

function validateFrozen(event: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  if (old === undefined || stringAt(old, ['eventTime']) === '') return [];
  return frozen
    .filter((key) => !jsonEqual(event[key], old[key]))
    .map((key) => invalidValue(key, event[key] ?? null, 'field is immutable'));
}
