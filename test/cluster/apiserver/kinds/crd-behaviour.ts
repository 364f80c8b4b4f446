import { omit } from '../omit.ts';
import type { JsonMap } from '../resource-definition.ts';
import { validateCrd } from '../schema/crd-validation.ts';
import { isMap, mapAt, stringAt } from '../schema/json-value.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const crdBehaviour: KindBehaviour = {
  ...plainBehaviour,
  unconditionalUpdate: false,
  countsGeneration: true,
  create: (object) => complete(omit(object, 'status')),
  update: complete,
  validate: (object) => validateCrd(object),
};

function complete(object: JsonMap): JsonMap {
  const spec = mapAt(object, ['spec']);
  const names = mapAt(spec, ['names']);
  const kind = stringAt(names, ['kind']);
  const conversion = isMap(spec['conversion']) ? spec['conversion'] : { strategy: 'None' };
  const completed = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names };
  return { ...object, spec: { ...spec, conversion, names: completed } };
}
