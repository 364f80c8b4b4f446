import { badRequest } from '../http/status-error.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { stringAt, valueAt } from '../schema/json-value.ts';
import { validate } from '../schema/validation.ts';

/** Fields of type metav1.MicroTime, which is parsed with exactly six digits after the second. */
const microTimes: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'coordination.k8s.io/leases': [
    ['spec', 'acquireTime'],
    ['spec', 'renewTime'],
  ],
  '/events': [['eventTime'], ['series', 'lastObservedTime']],
  'events.k8s.io/events': [['eventTime'], ['series', 'lastObservedTime']],
};

const microTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/** Refuses what Go's decoder can't read into a built-in kind's types: the object never gets as far as validation. */
export function requireWireTypes(definition: ResourceDefinition, object: JsonMap): void {
  const { kind, version, group, plural } = definition;
  const refuse = (why: string) => badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
  for (const path of microTimes[`${group}/${plural}`] ?? []) {
    const value = valueAt(object, path);
    if (value === undefined || value === null) continue;
    const text = stringAt(object, path);
    if (!microTime.test(text)) {
      throw refuse(`parsing time "${text}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${text}"`);
    }
  }
  // Null reads as absent in Go.
  const wrong = validate(definition.schema, object).find(
    ({ type, message }) => type === 'FieldValueTypeInvalid' && !message.includes('"null"'),
  );
  if (wrong !== undefined) throw refuse(`json: cannot unmarshal ${wrong.path}: ${wrong.message}`);
}
