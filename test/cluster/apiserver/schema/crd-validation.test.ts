import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json, JsonMap } from '../resource-definition.ts';
import { validateCrd } from './crd-validation.ts';

interface Given {
  readonly name?: string;
  readonly spec?: JsonMap;
  readonly version?: JsonMap;
  readonly schema?: Json;
}

function crd({ name = 'pools.example.com', spec = {}, version = {}, schema }: Given): JsonMap {
  const openAPIV3Schema = schema ?? { type: 'object' };
  return {
    metadata: { name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'pools', kind: 'Pool' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, ...version }],
      ...spec,
    },
  };
}

function ofProperty(property: Json): Given {
  return { schema: { type: 'object', properties: { x: property } } };
}

const schemaPath = 'spec.versions[0].schema.openAPIV3Schema';
const x = `${schemaPath}.properties[x]`;

const refused: readonly { name: string; given: Given; errors: readonly string[] }[] = [
  {
    name: 'a name that is not plural and group',
    given: { name: 'pool.example.com' },
    errors: ['metadata.name: Invalid value: "pool.example.com": must be spec.names.plural+"."+spec.group'],
  },
  {
    name: 'a group without a dot',
    given: { name: 'pools.example', spec: { group: 'example' } },
    errors: ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  },
  {
    name: 'an unknown scope',
    given: { spec: { scope: 'Namespace' } },
    errors: ['spec.scope: Unsupported value: "Namespace": supported values: "Cluster", "Namespaced"'],
  },
  { name: 'no version', given: { spec: { versions: [] } }, errors: ['spec.versions: Required value'] },
  {
    name: 'no storage version',
    given: { version: { storage: false } },
    errors: ['spec.versions: Invalid value: "v1": must have exactly one version marked as storage version'],
  },
  {
    name: 'a version without schema',
    given: { version: { schema: {} } },
    errors: [`${schemaPath}: Required value: schemas are required`],
  },
  {
    name: 'a root that is no object',
    given: { schema: { type: 'string' } },
    errors: [`${schemaPath}.type: Invalid value: "string": must be object at the root`],
  },
  {
    name: 'a field without type',
    given: ofProperty({ description: 'any' }),
    errors: [`${x}.type: Required value: must not be empty for specified object fields`],
  },
  {
    name: 'an array without items',
    given: ofProperty({ type: 'array' }),
    errors: [`${x}.items: Required value: must be specified`],
  },
  {
    name: 'named and free properties in one',
    given: ofProperty({ type: 'object', properties: {}, additionalProperties: { type: 'string' } }),
    errors: [`${x}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  },
  {
    name: 'a pattern that is no regular expression',
    given: ofProperty({ type: 'string', pattern: '(' }),
    errors: [`${x}.pattern: Invalid value: "(": must be a valid regular expression`],
  },
  {
    name: 'a default that the schema refuses',
    given: ofProperty({ type: 'integer', minimum: 1, default: 'a' }),
    errors: [`${x}.default: Invalid value: "string": ${x}.default in body must be of type integer: "string"`],
  },
  {
    name: 'a list map whose key may be absent',
    given: ofProperty({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' } } },
    }),
    errors: [
      `${x}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
  },
];

describe('validateCrd', () => {
  test('accepts a sane definition', () => assert.deepEqual(validateCrd(crd({})), []));

  for (const { name, given, errors } of refused) {
    test(`refuses ${name}`, () => {
      assert.deepEqual(
        validateCrd(crd(given)).map(({ path, message }) => `${path}: ${message}`),
        errors,
      );
    });
  }
});
