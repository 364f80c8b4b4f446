import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../resource-definition.ts';
import { applyDefaults } from './defaulting.ts';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        autoAssign: { type: 'boolean', default: true },
        note: { type: 'string', nullable: true, default: 'none' },
        limits: { type: 'object', default: {}, properties: { cpu: { type: 'integer', default: 2 } } },
        peers: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer', default: 179 } } } },
        byName: { type: 'object', additionalProperties: { type: 'object', properties: { on: { default: false } } } },
      },
    },
  },
};

const rows: readonly { name: string; given: JsonMap; filled: JsonMap }[] = [
  {
    name: 'fills what is missing, and what a default brought in',
    given: { spec: {} },
    filled: { spec: { autoAssign: true, note: 'none', limits: { cpu: 2 } } },
  },
  {
    name: 'keeps what is there',
    given: { spec: { autoAssign: false, note: 'x', limits: { cpu: 0 } } },
    filled: { spec: { autoAssign: false, note: 'x', limits: { cpu: 0 } } },
  },
  {
    name: 'replaces null by the default, but for nullable fields',
    given: { spec: { autoAssign: null, note: null, limits: { cpu: 1 } } },
    filled: { spec: { autoAssign: true, note: null, limits: { cpu: 1 } } },
  },
  {
    name: 'goes into lists and free maps',
    given: { spec: { autoAssign: true, note: 'x', limits: {}, peers: [{}, { port: 1 }], byName: { a: {} } } },
    filled: {
      spec: {
        autoAssign: true,
        note: 'x',
        limits: { cpu: 2 },
        peers: [{ port: 179 }, { port: 1 }],
        byName: { a: { on: false } },
      },
    },
  },
  { name: 'does not create the maps that hold defaults', given: {}, filled: {} },
];

describe('applyDefaults', () => {
  for (const { name, given, filled } of rows) {
    test(name, () => {
      applyDefaults(schema, given);
      assert.deepEqual(given, filled);
    });
  }

  test('gives each object a default of its own', () => {
    const [first, second]: [JsonMap, JsonMap] = [{ spec: {} }, { spec: {} }];
    applyDefaults(schema, first);
    Object.assign(Object(Object(first['spec'])['limits']), { cpu: 9 });
    applyDefaults(schema, second);
    assert.deepEqual(Object(second['spec'])['limits'], { cpu: 2 });
  });
});
