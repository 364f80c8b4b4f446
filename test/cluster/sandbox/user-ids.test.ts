import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIdMap, writeIdMap } from './user-ids.ts';

test("a namespace's map of ids is read and written as the kernel has it", () => {
  const ranges = [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 100_000, count: 65_536 },
  ];
  assert.deepEqual(readIdMap('         0       1000          1\n         1     100000      65536\n'), ranges);
  assert.equal(writeIdMap(ranges), '0 1000 1\n1 100000 65536');
});

test('a namespace that nobody has mapped yet knows nobody', () => {
  assert.deepEqual(readIdMap(''), []);
});
