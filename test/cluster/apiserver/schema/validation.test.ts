import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json, Schema } from '../resource-definition.ts';
import { validate } from './validation.ts';

function inSpec(property: Schema): Schema {
  return { type: 'object', properties: { spec: { type: 'object', properties: { x: property } } } };
}

const refused: readonly { name: string; schema: Schema; value: Json; errors: readonly string[] }[] = [
  {
    name: 'a string for an integer',
    schema: { type: 'integer' },
    value: 'a',
    errors: ['spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"'],
  },
  {
    name: 'a fraction for an integer',
    schema: { type: 'integer' },
    value: 1.5,
    errors: ['spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"'],
  },
  {
    name: 'null where null is not allowed',
    schema: { type: 'string' },
    value: null,
    errors: ['spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'],
  },
  {
    name: 'a boolean for int-or-string',
    schema: { 'x-kubernetes-int-or-string': true },
    value: true,
    errors: ['spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"'],
  },
  {
    name: 'a missing field',
    schema: { type: 'object', required: ['name'] },
    value: {},
    errors: ['spec.x.name: Required value'],
  },
  {
    name: 'a value outside the enumeration',
    schema: { type: 'string', enum: ['layer2', 'bgp'] },
    value: 'bpg',
    errors: ['spec.x: Unsupported value: "bpg": supported values: "layer2", "bgp"'],
  },
  {
    name: 'a text that does not match',
    schema: { type: 'string', pattern: '^[a-z]+$' },
    value: 'A1',
    errors: ['spec.x: Invalid value: "A1": spec.x in body should match \'^[a-z]+$\''],
  },
  {
    name: 'a text that is too short, and one that is too long',
    schema: { type: 'array', items: { type: 'string', minLength: 2, maxLength: 3 } },
    value: ['a', 'abcd'],
    errors: [
      'spec.x[0]: Invalid value: "a": spec.x[0] in body should be at least 2 chars long',
      'spec.x[1]: Too long: may not be more than 3 bytes',
    ],
  },
  {
    name: 'numbers out of range',
    schema: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 10, exclusiveMaximum: true, multipleOf: 1 },
    },
    value: [0, 10, 1, 9],
    errors: [
      'spec.x[0]: Invalid value: 0: spec.x[0] in body should be greater than or equal to 1',
      'spec.x[1]: Invalid value: 10: spec.x[1] in body should be less than 10',
    ],
  },
  {
    name: 'a number that does not fit its format',
    schema: { type: 'integer', format: 'int32' },
    value: 2147483648,
    errors: ['spec.x: Invalid value: 2147483648: spec.x in body must be of type int32: 2147483648'],
  },
  {
    name: 'an address that is none',
    schema: { type: 'string', format: 'ipv4' },
    value: '1.2.3.256',
    errors: ['spec.x: Invalid value: "1.2.3.256": spec.x in body must be of type ipv4: "1.2.3.256"'],
  },
  {
    name: 'too few and too many items',
    schema: { type: 'object', additionalProperties: { type: 'array', minItems: 1, maxItems: 2 } },
    value: { few: [], many: [1, 2, 3] },
    errors: [
      'spec.x[few]: Invalid value: 0: spec.x[few] in body should have at least 1 items',
      'spec.x[many]: Too many: 3: must have at most 2 items',
    ],
  },
  {
    name: 'the same item twice in a set',
    schema: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    value: ['a', 'b', 'a'],
    errors: ['spec.x[2]: Duplicate value: "a"'],
  },
  {
    name: 'the same keys twice in a list map',
    schema: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: { type: 'object' },
    },
    value: [
      { port: 53, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP', name: 'b' },
    ],
    errors: ['spec.x[2]: Duplicate value: {"port":53,"protocol":"TCP"}'],
  },
  {
    name: 'repeated items where they must differ',
    schema: { type: 'array', uniqueItems: true },
    value: [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    errors: ['spec.x: Invalid value: [{"a":1,"b":2},{"b":2,"a":1}]: spec.x in body shouldn\'t contain duplicates'],
  },
  {
    name: 'both of two alternatives, and none',
    schema: { type: 'array', items: { oneOf: [{ required: ['a'] }, { required: ['b'] }] } },
    value: [{ a: 1, b: 1 }, {}, { a: 1 }],
    errors: [
      'spec.x[0]: Invalid value: "": "spec.x[0]" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      'spec.x[1]: Invalid value: "": "spec.x[1]" must validate one and only one schema (oneOf). Found none valid',
    ],
  },
  {
    name: 'what anyOf and not refuse',
    schema: { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 1 }], not: { multipleOf: 5 } },
    value: 5,
    errors: [
      'spec.x: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
      'spec.x: Invalid value: "": "spec.x" must not validate the schema (not)',
    ],
  },
  {
    name: 'what a part of allOf refuses',
    schema: { type: 'integer', allOf: [{ minimum: 1 }, { maximum: 3 }] },
    value: 4,
    errors: [
      'spec.x: Invalid value: 4: spec.x in body should be less than or equal to 3',
      'spec.x: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
    ],
  },
];

const accepted: readonly { name: string; schema: Schema; value: Json }[] = [
  { name: 'null where it is nullable', schema: { type: 'string', nullable: true }, value: null },
  { name: 'a whole number for a number', schema: { type: 'number' }, value: 3 },
  {
    name: 'both forms of int-or-string',
    schema: { type: 'array', items: { 'x-kubernetes-int-or-string': true } },
    value: [1, 'a'],
  },
  { name: 'a field that the schema does not name', schema: { type: 'object', properties: {} }, value: { other: 1 } },
  { name: 'a format that nobody knows', schema: { type: 'string', format: 'spam' }, value: 'x' },
  { name: 'a text whose length counts in characters', schema: { type: 'string', maxLength: 1 }, value: '😀' },
  {
    name: 'what only a CEL rule refuses',
    schema: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 5' }] },
    value: 1,
  },
];

describe('validate', () => {
  for (const { name, schema, value, errors } of refused) {
    test(`refuses ${name}`, () => {
      const found = validate(inSpec(schema), { spec: { x: value } });
      assert.deepEqual(
        found.map(({ path, message }) => `${path}: ${message}`),
        errors,
      );
    });
  }

  for (const { name, schema, value } of accepted) {
    test(`accepts ${name}`, () => assert.deepEqual(validate(inSpec(schema), { spec: { x: value } }), []));
  }

  test("gives each error the reason of a Status' cause", () => {
    const schema = inSpec({ type: 'object', required: ['a'], properties: { b: { type: 'string' } } });
    assert.deepEqual(
      validate(schema, { spec: { x: { b: 1 } } }).map(({ type }) => type),
      ['FieldValueRequired', 'FieldValueTypeInvalid'],
    );
  });
});
