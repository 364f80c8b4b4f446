import { isJsonObject, readNumber, readString, readStrings } from '../../../../shared/api/json.ts';
import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { validateCombinations } from './combinations.ts';
import { childPath, type FieldError, invalidInBody, itemPath, keyPath, quote } from './field-error.ts';
import { matchesFormat } from './formats.ts';
import { isIntOrString, itemSchema, listMapKeys, listType } from './json-schema.ts';
import { canonicalJson, isMap, jsonEqual } from './json-value.ts';
import { compilePattern } from './pattern.ts';

/**
 * What is wrong with `value` by a CRD's OpenAPI v3 schema, worded as kube-apiserver words it. Empty: nothing. Not
 * evaluated: CEL rules (`x-kubernetes-validations`), so an object that only those refuse passes here.
 */
export function validate(schema: Schema, value: Json, path = ''): readonly FieldError[] {
  if (value === null && schema['nullable'] === true) return [];
  const typeError = checkType(schema, value, path);
  if (typeError !== undefined) return [typeError];
  return [
    ...checkEnum(schema, value, path),
    ...checkValue(schema, value, path),
    ...validateCombinations({ schema, value, path, validate }),
  ];
}

function checkValue(schema: Schema, value: Json, path: string): readonly FieldError[] {
  if (typeof value === 'string') return checkString(schema, value, path);
  if (typeof value === 'number') return checkNumber(schema, value, path);
  if (Array.isArray(value)) return checkList(schema, value, path);
  return isMap(value) ? checkMap(schema, value, path) : [];
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(schema: Schema, value: Json, path: string): FieldError | undefined {
  const actual = typeOf(value);
  if (isIntOrString(schema)) {
    if (actual === 'integer' || actual === 'string') return undefined;
    return wrongType(path, 'integer,string', actual);
  }
  const wanted = readString(schema, 'type');
  if (wanted === undefined || wanted === actual || (wanted === 'number' && actual === 'integer')) return undefined;
  return wrongType(path, wanted, actual);
}

function wrongType(path: string, wanted: string, actual: string): FieldError {
  const error = invalidInBody(path, actual, `must be of type ${wanted}: ${quote(actual)}`);
  return { ...error, type: 'FieldValueTypeInvalid' };
}

function checkEnum(schema: Schema, value: Json, path: string): readonly FieldError[] {
  const allowed = schema['enum'];
  if (!Array.isArray(allowed) || allowed.some((entry) => jsonEqual(entry, value))) return [];
  const supported = allowed.map(quote).join(', ');
  return [
    {
      path,
      type: 'FieldValueNotSupported',
      message: `Unsupported value: ${quote(value)}: supported values: ${supported}`,
    },
  ];
}

function checkString(schema: Schema, value: string, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { minLength, maxLength } = limits(schema, 'Length');
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) {
    errors.push(invalidInBody(path, value, `should be at least ${minLength} chars long`));
  }
  if (maxLength !== undefined && length > maxLength) {
    errors.push({ path, type: 'FieldValueTooLong', message: `Too long: may not be more than ${maxLength} bytes` });
  }
  const pattern = readString(schema, 'pattern');
  // A pattern that is none never got into a definition (validateStructural).
  if (pattern !== undefined && compilePattern(pattern)?.test(value) === false) {
    errors.push(invalidInBody(path, value, `should match '${pattern}'`));
  }
  return [...errors, ...checkFormat(schema, value, path)];
}

function checkFormat(schema: Schema, value: string | number, path: string): readonly FieldError[] {
  const format = readString(schema, 'format');
  if (format === undefined || matchesFormat(format, value)) return [];
  return [invalidInBody(path, value, `must be of type ${format}: ${quote(value)}`)];
}

function checkNumber(schema: Schema, value: number, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const minimum = readNumber(schema, 'minimum');
  const exclusiveMinimum = schema['exclusiveMinimum'] === true;
  if (minimum !== undefined && (value < minimum || (exclusiveMinimum && value === minimum))) {
    const bound = exclusiveMinimum ? `greater than ${minimum}` : `greater than or equal to ${minimum}`;
    errors.push(invalidInBody(path, value, `should be ${bound}`));
  }
  const maximum = readNumber(schema, 'maximum');
  const exclusiveMaximum = schema['exclusiveMaximum'] === true;
  if (maximum !== undefined && (value > maximum || (exclusiveMaximum && value === maximum))) {
    const bound = exclusiveMaximum ? `less than ${maximum}` : `less than or equal to ${maximum}`;
    errors.push(invalidInBody(path, value, `should be ${bound}`));
  }
  const factor = readNumber(schema, 'multipleOf');
  if (factor !== undefined && value % factor !== 0) {
    errors.push(invalidInBody(path, value, `should be a multiple of ${factor}`));
  }
  return [...errors, ...checkFormat(schema, value, path)];
}

function checkList(schema: Schema, list: readonly Json[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { minItems, maxItems } = limits(schema, 'Items');
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalidInBody(path, list.length, `should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (schema['uniqueItems'] === true && new Set(list.map(canonicalJson)).size < list.length) {
    errors.push(invalidInBody(path, list, "shouldn't contain duplicates"));
  }
  const items = itemSchema(schema);
  list.forEach((item, index) => {
    errors.push(...validate(items, item, itemPath(path, index)));
  });
  return [...errors, ...checkDuplicates(schema, list, path)];
}

function checkDuplicates(schema: Schema, list: readonly Json[], path: string): readonly FieldError[] {
  const type = listType(schema);
  if (type === 'atomic') return [];
  const errors: FieldError[] = [];
  // BOUNDED: one entry per item of the list.
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const key = type === 'map' && isMap(item) ? mapKey(schema, item) : item;
    const text = canonicalJson(key);
    if (seen.has(text)) {
      const message = `Duplicate value: ${isMap(key) ? text : quote(key)}`;
      errors.push({ path: itemPath(path, index), type: 'FieldValueDuplicate', message });
    }
    seen.add(text);
  });
  return errors;
}

function mapKey(schema: Schema, item: JsonMap): JsonMap {
  const keys: JsonMap = {};
  for (const name of listMapKeys(schema)) {
    const value = item[name];
    if (value !== undefined) keys[name] = value;
  }
  return keys;
}

function checkMap(schema: Schema, map: JsonMap, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of readStrings(schema, 'required')) {
    if (!Object.hasOwn(map, name)) {
      errors.push({ path: childPath(path, name), type: 'FieldValueRequired', message: 'Required value' });
    }
  }
  const { minProperties, maxProperties } = limits(schema, 'Properties');
  const size = Object.keys(map).length;
  if (minProperties !== undefined && size < minProperties) {
    errors.push(invalidInBody(path, size, `should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && size > maxProperties) errors.push(tooMany(path, size, maxProperties));
  for (const [key, value] of Object.entries(map)) errors.push(...checkMember(schema, { key, value }, path));
  return errors;
}

function checkMember(schema: Schema, member: { key: string; value: Json }, path: string): readonly FieldError[] {
  const { key, value } = member;
  const properties = schema['properties'];
  const property = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (isJsonObject(property)) return validate(property, value, childPath(path, key));
  const additional = schema['additionalProperties'];
  if (isJsonObject(additional)) return validate(additional, value, keyPath(path, key));
  if (additional !== false) return [];
  return [invalidInBody(childPath(path, key), value, 'is a forbidden property')];
}

function tooMany(path: string, actual: number, limit: number): FieldError {
  return { path, type: 'FieldValueTooMany', message: `Too many: ${actual}: must have at most ${limit} items` };
}

function limits<Unit extends 'Length' | 'Items' | 'Properties'>(
  schema: Schema,
  unit: Unit,
): { readonly [Key in `min${Unit}` | `max${Unit}`]?: number | undefined };
function limits(schema: Schema, unit: string): Record<string, number | undefined> {
  const minimum = `min${unit}`;
  const maximum = `max${unit}`;
  return { [minimum]: readNumber(schema, minimum), [maximum]: readNumber(schema, maximum) };
}
