import type { JsonMap } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { numberAt, stringAt } from '../schema/json-value.ts';
import { invalidValue } from './field-problem.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

/** coordination.k8s.io/v1 Lease. */
export const leaseBehaviour: KindBehaviour = {
  ...plainBehaviour,
  unconditionalUpdate: false,
  createOnUpdate: true,
  create: normalise,
  update: normalise,
  validate: validateLease,
};

const microTimes = ['acquireTime', 'renewTime'];

/** The server writes MicroTime with six digits, whatever the client sent. */
function normalise(object: JsonMap): JsonMap {
  const spec = object['spec'];
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return object;
  const times = microTimes
    .map((key) => [key, stringAt(spec, [key])] as const)
    .filter(([, text]) => !Number.isNaN(Date.parse(text)))
    .map(([key, text]) => [key, microTime(text)] as const);
  return { ...object, spec: { ...spec, ...Object.fromEntries(times) } };
}

/** metav1.MicroTime: RFC 3339 in UTC with microseconds. */
export function microTime(text: string): string {
  const seconds = new Date(Date.parse(text)).toISOString().slice(0, 19);
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
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
