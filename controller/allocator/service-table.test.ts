import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashOf, hashSeed } from './key-hash.ts';
import { ServiceTable } from './service-table.ts';

const numbers = 150;
const keyOf = (number: number): string => `shop/web-${number}`;
const steps = fc.array(fc.record({ type: fc.constantFrom('set', 'set', 'delete'), number: fc.nat(numbers - 1) }), {
  minLength: 200,
  maxLength: 600,
});

describe('a table of Services', () => {
  test('has after any steps what a Map has', () => {
    let large = 0;
    fc.assert(
      fc.property(fc.integer(), steps, (random, taken) => {
        const table = new ServiceTable<number>(random);
        const map = new Map<string, number>();
        for (const [at, { type, number }] of taken.entries()) {
          const key = keyOf(number);
          if (type === 'set') table.set(key, at);
          else table.delete(key);
          if (type === 'set') map.set(key, at);
          else map.delete(key);
          assert.equal(table.size, map.size);
        }
        for (let number = 0; number < numbers; number += 1) {
          assert.equal(table.get(keyOf(number)), map.get(keyOf(number)));
        }
        const ascending = (a: number, b: number): number => a - b;
        assert.deepEqual([...table.values()].sort(ascending), [...map.values()].sort(ascending));
        if (map.size > 64) large += 1;
      }),
      { numRuns: 200, seed: 42 },
    );
    assert.ok(large > 50, `only ${large} runs made a table that grew twice`);
  });

  test('tells keys of one hash apart, also when one of them goes', () => {
    const [one, other] = ['d/1kcdhcg', 'd/1ju5v5y'];
    assert.equal(hashOf(one, hashSeed(0)), hashOf(other, hashSeed(0)));
    const table = new ServiceTable<number>(0);
    table.set(one, 1);
    table.set(other, 2);
    assert.deepEqual([table.get(one), table.get(other)], [1, 2]);
    table.delete(one);
    assert.deepEqual([table.get(one), table.get(other)], [undefined, 2]);
    table.set(one, 3);
    assert.deepEqual([table.get(one), table.get(other), table.size], [3, 2, 2]);
  });

  test('keeps everything while it grows, and fills again what was freed', () => {
    const table = new ServiceTable<number>(0);
    for (let number = 0; number < 5_000; number += 1) table.set(keyOf(number), number);
    for (let number = 0; number < 5_000; number += 2) table.delete(keyOf(number));
    for (let number = 5_000; number < 7_500; number += 1) table.set(keyOf(number), number);
    assert.equal(table.size, 5_000);
    for (let number = 0; number < 7_500; number += 1) {
      assert.equal(table.get(keyOf(number)), number < 5_000 && number % 2 === 0 ? undefined : number);
    }
  });

  test('takes any text for a key, and does not mind what it never had', () => {
    const table = new ServiceTable<string>(0);
    table.set('d/straße', 'one');
    table.set('', 'none');
    table.delete('d/never');
    assert.deepEqual(
      ['d/straße', '', 'd/never'].map((key) => table.get(key)),
      ['one', 'none', undefined],
    );
  });
});
