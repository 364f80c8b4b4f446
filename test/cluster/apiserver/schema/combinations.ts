import { isJsonObject } from '../../../../shared/api/json.ts';
import type { Json, Schema } from '../resource-definition.ts';
import type { FieldError } from './field-error.ts';
import { subSchemas } from './json-schema.ts';

interface Combination {
  readonly schema: Schema;
  readonly value: Json;
  readonly path: string;
  readonly validate: (schema: Schema, value: Json, path: string) => readonly FieldError[];
}

/** `allOf`, `anyOf`, `oneOf` and `not` of one schema node. */
export function validateCombinations({ schema, value, path, validate }: Combination): readonly FieldError[] {
  const errors: FieldError[] = [];
  const passes = (candidate: Schema): boolean => validate(candidate, value, path).length === 0;
  const refuse = (why: string): void => {
    errors.push({ path, type: 'FieldValueInvalid', message: `Invalid value: "": "${path}" ${why}` });
  };

  const allOf = subSchemas(schema, 'allOf');
  const failures = allOf.flatMap((part) => validate(part, value, path));
  if (failures.length > 0) {
    errors.push(...failures);
    refuse('must validate all the schemas (allOf)');
  }
  const anyOf = subSchemas(schema, 'anyOf');
  if (anyOf.length > 0 && !anyOf.some(passes)) refuse('must validate at least one schema (anyOf)');
  const oneOf = subSchemas(schema, 'oneOf');
  const valid = oneOf.filter(passes).length;
  if (oneOf.length > 0 && valid !== 1) {
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    refuse(`must validate one and only one schema (oneOf). ${found}`);
  }
  const not = schema['not'];
  if (isJsonObject(not) && passes(not)) refuse('must not validate the schema (not)');
  return errors;
}
