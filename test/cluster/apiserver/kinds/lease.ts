import type { JsonMap } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { mapAt, numberAt } from '../schema/json-value.ts';
import { invalidValue } from './field-problem.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

/** coordination.k8s.io/v1 Lease. */
export const leaseBehaviour: KindBehaviour = {
  ...plainBehaviour,
  unconditionalUpdate: false,
  createOnUpdate: true,
  create: withSpec,
  update: withSpec,
  validate: validateLease,
};

/** `spec` is no pointer in Go: it is always written. */
function withSpec(object: JsonMap): JsonMap {
  return { ...object, spec: mapAt(object, ['spec']) };
}

function validateLease(object: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  const seconds = numberAt(object, ['spec', 'leaseDurationSeconds']);
  if (seconds !== undefined && seconds <= 0) {
    problems.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  }
  const transitions = numberAt(object, ['spec', 'leaseTransitions']);
  if (transitions !== undefined && transitions < 0) {
    problems.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return problems;
}
