import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TakenRanks } from './taken-ranks.ts';

/** On both sides of where words, pages, signed numbers and the last 32 bits end. */
const far = [
  31n,
  32n,
  511n,
  1_023n,
  1_024n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 64n,
  2n ** 128n - 1n,
];
const steps = fc.array(
  fc.record({ type: fc.constantFrom('add', 'delete'), rank: fc.oneof(fc.bigInt(0n, 40n), fc.constantFrom(...far)) }),
  { minLength: 50, maxLength: 300 },
);

describe('taken ranks', () => {
  test('are after any steps those that were added and not deleted, and the lowest free one is known', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const ranks = new TakenRanks();
        const expected = new Set<bigint>();
        for (const { type, rank } of taken) {
          if (type === 'add') assert.equal(ranks.add(rank), !expected.has(rank));
          else assert.equal(ranks.delete(rank), expected.has(rank));
          if (type === 'add') expected.add(rank);
          else expected.delete(rank);
          assert.equal(ranks.lowestFree(), lowestNotIn(expected));
        }
      }),
      { numRuns: 200, seed: 42 },
    );
  });

  test('have a lowest free one behind any number of full pages', () => {
    const ranks = new TakenRanks();
    for (let rank = 0n; rank < 5_000n; rank += 1n) {
      assert.equal(ranks.lowestFree(), rank);
      ranks.add(rank);
    }
    for (const rank of [1_999n, 1_500n, 512n, 511n, 255n, 3n]) {
      ranks.delete(rank);
      assert.equal(ranks.lowestFree(), rank);
    }
    for (const [rank, next] of [
      [3n, 255n],
      [255n, 511n],
      [511n, 512n],
      [512n, 1_500n],
      [1_500n, 1_999n],
    ] as const) {
      ranks.add(rank);
      assert.equal(ranks.lowestFree(), next);
    }
  });
});

function lowestNotIn(ranks: ReadonlySet<bigint>): bigint {
  let lowest = 0n;
  while (ranks.has(lowest)) lowest += 1n;
  return lowest;
}
