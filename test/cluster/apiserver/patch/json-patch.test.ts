import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../resource-definition.ts';
import { applyJsonPatch } from './json-patch.ts';
import { PatchError } from './patch-error.ts';

interface Row {
  readonly name: string;
  readonly target: Json;
  readonly patch: Json;
  readonly result: Json;
}

const applied: readonly Row[] = [
  {
    name: 'A.1 adds an object member',
    target: { foo: 'bar' },
    patch: [{ op: 'add', path: '/baz', value: 'qux' }],
    result: { baz: 'qux', foo: 'bar' },
  },
  {
    name: 'A.2 adds an array element',
    target: { foo: ['bar', 'baz'] },
    patch: [{ op: 'add', path: '/foo/1', value: 'qux' }],
    result: { foo: ['bar', 'qux', 'baz'] },
  },
  {
    name: 'A.3 removes an object member',
    target: { baz: 'qux', foo: 'bar' },
    patch: [{ op: 'remove', path: '/baz' }],
    result: { foo: 'bar' },
  },
  {
    name: 'A.4 removes an array element',
    target: { foo: ['bar', 'qux', 'baz'] },
    patch: [{ op: 'remove', path: '/foo/1' }],
    result: { foo: ['bar', 'baz'] },
  },
  {
    name: 'A.5 replaces a value',
    target: { baz: 'qux', foo: 'bar' },
    patch: [{ op: 'replace', path: '/baz', value: 'boo' }],
    result: { baz: 'boo', foo: 'bar' },
  },
  {
    name: 'A.6 moves a value',
    target: { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    patch: [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    result: { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  },
  {
    name: 'A.7 moves an array element',
    target: { foo: ['all', 'grass', 'cows', 'eat'] },
    patch: [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    result: { foo: ['all', 'cows', 'eat', 'grass'] },
  },
  {
    name: 'A.8 passes tests that hold',
    target: { baz: 'qux', foo: ['a', 2, 'c'] },
    patch: [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    result: { baz: 'qux', foo: ['a', 2, 'c'] },
  },
  {
    name: 'A.10 adds a nested object',
    target: { foo: 'bar' },
    patch: [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    result: { foo: 'bar', child: { grandchild: {} } },
  },
  {
    name: 'A.11 ignores members it does not know',
    target: { foo: 'bar' },
    patch: [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    result: { foo: 'bar', baz: 'qux' },
  },
  {
    name: 'A.14 unescapes ~01 to ~1',
    target: { '/': 9, '~1': 10 },
    patch: [{ op: 'test', path: '/~01', value: 10 }],
    result: { '/': 9, '~1': 10 },
  },
  {
    name: 'A.16 adds an array as the last element',
    target: { foo: ['bar'] },
    patch: [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    result: { foo: ['bar', ['abc', 'def']] },
  },
  {
    name: 'copies a value, so that the copies change apart',
    target: { a: { b: 1 } },
    patch: [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
    ],
    result: { a: { b: 1 }, c: { b: 2 } },
  },
  {
    name: 'replaces the whole document',
    target: { a: 1 },
    patch: [{ op: 'replace', path: '', value: [1] }],
    result: [1],
  },
  {
    name: 'tests objects whatever the order of their keys',
    target: { a: { b: 1, c: 2 } },
    patch: [{ op: 'test', path: '/a', value: { c: 2, b: 1 } }],
    result: { a: { b: 1, c: 2 } },
  },
  {
    name: 'sets a value to null',
    target: { a: 1 },
    patch: [{ op: 'replace', path: '/a', value: null }],
    result: { a: null },
  },
];

const refused: readonly { name: string; target: Json; patch: Json; code: PatchError['code'] }[] = [
  {
    name: 'A.9 a test that fails',
    target: { baz: 'qux' },
    patch: [{ op: 'test', path: '/baz', value: 'bar' }],
    code: 'testFailed',
  },
  {
    name: 'A.12 a parent that is missing',
    target: { foo: 'bar' },
    patch: [{ op: 'add', path: '/baz/bat', value: 'qux' }],
    code: 'pathMissing',
  },
  {
    name: 'A.15 a string tested against a number',
    target: { '~1': 10 },
    patch: [{ op: 'test', path: '/~01', value: '10' }],
    code: 'testFailed',
  },
  {
    name: 'removing what is not there',
    target: { a: 1 },
    patch: [{ op: 'remove', path: '/b' }],
    code: 'pathMissing',
  },
  {
    name: 'replacing what is not there',
    target: {},
    patch: [{ op: 'replace', path: '/b', value: 1 }],
    code: 'pathMissing',
  },
  {
    name: 'an index past the end',
    target: { a: [1] },
    patch: [{ op: 'add', path: '/a/2', value: 1 }],
    code: 'pathMissing',
  },
  {
    name: 'an index with a leading zero',
    target: { a: [1, 2] },
    patch: [{ op: 'test', path: '/a/01', value: 2 }],
    code: 'pathMissing',
  },
  {
    name: 'a move into itself',
    target: { a: { b: 1 } },
    patch: [{ op: 'move', from: '/a', path: '/a/b' }],
    code: 'malformed',
  },
  { name: 'a patch that is no array', target: {}, patch: { op: 'add' }, code: 'malformed' },
  { name: 'an unknown operation', target: {}, patch: [{ op: 'spam', path: '/a' }], code: 'malformed' },
  { name: 'an add without value', target: {}, patch: [{ op: 'add', path: '/a' }], code: 'malformed' },
  { name: 'a copy without from', target: {}, patch: [{ op: 'copy', path: '/a' }], code: 'malformed' },
  { name: 'a path without slash', target: { a: 1 }, patch: [{ op: 'remove', path: 'a' }], code: 'malformed' },
];

describe('applyJsonPatch (RFC 6902)', () => {
  for (const { name, target, patch, result } of applied) {
    test(name, () => assert.deepEqual(applyJsonPatch(target, patch), result));
  }

  for (const { name, target, patch, code } of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => applyJsonPatch(target, patch),
        (error) => error instanceof PatchError && error.code === code,
      );
    });
  }

  test('leaves the target as it was, also when a later operation fails', () => {
    const target = { a: [1] };
    const patch = [
      { op: 'add', path: '/a/-', value: 2 },
      { op: 'test', path: '/a/0', value: 9 },
    ];
    assert.throws(() => applyJsonPatch(target, patch), PatchError);
    assert.deepEqual(target, { a: [1] });
  });
});
