import { omit } from '../omit.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { applyDefaults } from '../schema/defaulting.ts';
import { validate } from '../schema/validation.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

/** A kind that a CustomResourceDefinition defines: defaulted and validated by its schema. */
export const customResourceBehaviour: KindBehaviour = {
  ...plainBehaviour,
  unconditionalUpdate: false,
  countsGeneration: true,
  statusWritesMetadata: false,
  create: (object, { definition }) =>
    withDefaults(definition.statusSubresource ? omit(object, 'status') : object, definition),
  update: (object, _old, { definition }) => withDefaults(object, definition),
  validate: (object, _old, { definition }) => validate(definition.schema, object),
};

function withDefaults(object: JsonMap, definition: ResourceDefinition): JsonMap {
  const owned = structuredClone(object);
  applyDefaults(definition.schema, owned);
  return owned;
}
