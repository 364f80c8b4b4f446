import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonMap } from '../resource-definition.ts';
import { isMap, jsonEqual } from '../schema/json-value.ts';
import { applyMergePatch } from './merge-patch.ts';

/** RFC 7386, appendix A: original, patch, result. */
const rows: readonly (readonly [Json, Json, Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

/** A patch that leads from one document to the other: what is gone becomes null. */
function diff(from: JsonMap, to: JsonMap): JsonMap {
  const patch: JsonMap = {};
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    if (isMap(old) && isMap(value)) patch[key] = diff(old, value);
    else if (!jsonEqual(old, value)) patch[key] = value;
  }
  return patch;
}

/** Documents without null, which a merge patch cannot write. */
const { map: documents } = fc.letrec<{ value: Json; map: JsonMap }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.array(fc.integer()), tie('map')),
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { noNullPrototype: true }),
}));

describe('applyMergePatch (RFC 7386)', () => {
  for (const [original, patch, result] of rows) {
    test(`${JSON.stringify(original)} with ${JSON.stringify(patch)} gives ${JSON.stringify(result)}`, () =>
      assert.deepEqual(applyMergePatch(original, patch), result));
  }

  test('the patch that tells two documents apart turns one into the other', () => {
    fc.assert(
      fc.property(documents, documents, (from, to) => {
        assert.deepEqual(applyMergePatch(from, diff(from, to)), to);
      }),
    );
  });

  test('a patch applied twice changes nothing more', () => {
    fc.assert(
      fc.property(documents, documents, (target, patch) => {
        const once = applyMergePatch(target, patch);
        assert.deepEqual(applyMergePatch(once, patch), once);
      }),
    );
  });
});
