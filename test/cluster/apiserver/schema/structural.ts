import { isJsonObject, readObject, readString, readStrings } from '../../../../shared/api/json.ts';
import type { Schema } from '../resource-definition.ts';
import { childPath, type FieldError, keyPath, quote } from './field-error.ts';
import { isIntOrString, keepsUnknownFields, listType } from './json-schema.ts';
import { jsonOf } from './json-value.ts';
import { compilePattern } from './pattern.ts';
import { validate } from './validation.ts';

type Place = 'root' | 'object fields' | 'array items';

/**
 * What keeps an OpenAPI v3 schema from being structural (apiextensions.k8s.io/v1): types missing, keywords that pruning
 * and defaulting cannot follow, defaults that the schema itself refuses.
 */
export function validateStructural(schema: Schema, path: string): readonly FieldError[] {
  const rootType = readString(schema, 'type');
  const wrongRoot: FieldError = {
    path: childPath(path, 'type'),
    type: 'FieldValueInvalid',
    message: `Invalid value: ${quote(rootType)}: must be object at the root`,
  };
  return [...(rootType !== undefined && rootType !== 'object' ? [wrongRoot] : []), ...checkNode(schema, path, 'root')];
}

function checkNode(schema: Schema, path: string, place: Place): readonly FieldError[] {
  return [
    ...checkType(schema, path, place),
    ...checkKeywords(schema, path),
    ...checkPattern(schema, path),
    ...checkDefault(schema, path),
    ...checkListType(schema, path),
    ...checkChildren(schema, path),
  ];
}

function checkType(schema: Schema, path: string, place: Place): readonly FieldError[] {
  const type = readString(schema, 'type') ?? '';
  if (type !== '' || isIntOrString(schema) || (place !== 'root' && keepsUnknownFields(schema))) return [];
  const where = place === 'root' ? 'at the root' : `for specified ${place}`;
  return [required(childPath(path, 'type'), `must not be empty ${where}`)];
}

function checkKeywords(schema: Schema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema['$ref'] !== undefined) errors.push(forbidden(childPath(path, '$ref'), '$ref is not supported'));
  if (schema['uniqueItems'] === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(childPath(path, 'uniqueItems'), why));
  }
  if (schema['additionalProperties'] === false) {
    errors.push(forbidden(childPath(path, 'additionalProperties'), 'additionalProperties cannot be set to false'));
  }
  if (isJsonObject(schema['additionalProperties']) && isJsonObject(schema['properties'])) {
    const why = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(childPath(path, 'additionalProperties'), why));
  }
  return errors;
}

function checkPattern(schema: Schema, path: string): readonly FieldError[] {
  const pattern = readString(schema, 'pattern');
  if (pattern === undefined || compilePattern(pattern) !== undefined) return [];
  const message = `Invalid value: ${quote(pattern)}: must be a valid regular expression`;
  return [{ path: childPath(path, 'pattern'), type: 'FieldValueInvalid', message }];
}

function checkDefault(schema: Schema, path: string): readonly FieldError[] {
  const value = schema['default'];
  if (value === undefined) return [];
  return validate(schema, jsonOf(value), childPath(path, 'default'));
}

function checkListType(schema: Schema, path: string): readonly FieldError[] {
  if (listType(schema) !== 'map') return [];
  const keys = readStrings(schema, 'x-kubernetes-list-map-keys');
  const keysPath = childPath(path, 'x-kubernetes-list-map-keys');
  if (keys.length === 0) return [required(keysPath, 'must not be empty if x-kubernetes-list-type is map')];
  const items = readObject(schema, 'items');
  const needed = readStrings(items, 'required');
  return keys
    .filter((key) => !needed.includes(key) && !isDefaulted(items, key))
    .map((key) =>
      required(
        childPath(path, `items.properties[${key}].default`),
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      ),
    );
}

function isDefaulted(items: Schema, key: string): boolean {
  return readObject(readObject(items, 'properties'), key)['default'] !== undefined;
}

function checkChildren(schema: Schema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, property] of Object.entries(readObject(schema, 'properties'))) {
    if (isJsonObject(property)) {
      errors.push(...checkNode(property, keyPath(childPath(path, 'properties'), name), 'object fields'));
    }
  }
  const additional = schema['additionalProperties'];
  if (isJsonObject(additional)) {
    errors.push(...checkNode(additional, childPath(path, 'additionalProperties'), 'object fields'));
  }
  const items = schema['items'];
  if (isJsonObject(items)) errors.push(...checkNode(items, childPath(path, 'items'), 'array items'));
  else if (Array.isArray(items)) {
    errors.push(forbidden(childPath(path, 'items'), 'items must be a schema object and not an array'));
  } else if (readString(schema, 'type') === 'array') {
    errors.push(required(childPath(path, 'items'), 'must be specified'));
  }
  return errors;
}

function required(path: string, why: string): FieldError {
  return { path, type: 'FieldValueRequired', message: `Required value: ${why}` };
}

function forbidden(path: string, why: string): FieldError {
  return { path, type: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}
