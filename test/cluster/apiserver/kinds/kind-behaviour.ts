import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';

/** What a kind's own rules may look at. */
export interface WriteMoment {
  readonly definition: ResourceDefinition;
  readonly nowMs: number;
}

/**
 * What one kind does on writes, beyond what all kinds do. Objects that come in are never changed: the functions return
 * new ones, which may share parts with the old.
 */
export interface KindBehaviour {
  /** A PUT without resourceVersion overwrites whatever is there. */
  readonly unconditionalUpdate: boolean;
  /** A PUT of an object that does not exist creates it. */
  readonly createOnUpdate: boolean;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** `metadata.generation` counts the changes outside metadata and status. */
  readonly countsGeneration: boolean;
  /** Labels and annotations may change through the status subresource too. */
  readonly statusWritesMetadata: boolean;
  /** A new object: server-owned fields cleared, defaults filled in. May throw StatusError. */
  create(object: JsonMap, moment: WriteMoment): JsonMap;
  /** An update, with the old status already in place. May throw StatusError. */
  update(object: JsonMap, old: JsonMap, moment: WriteMoment): JsonMap;
  /** A write of the status alone, isolated from the rest. */
  updateStatus(object: JsonMap): JsonMap;
  validate(object: JsonMap, old: JsonMap | undefined, moment: WriteMoment): readonly FieldError[];
}

/** Takes everything as it is given. */
export const plainBehaviour: KindBehaviour = {
  unconditionalUpdate: true,
  createOnUpdate: false,
  returnsDeleted: false,
  countsGeneration: false,
  statusWritesMetadata: true,
  create: (object) => object,
  update: (object) => object,
  updateStatus: (object) => object,
  validate: () => [],
};
