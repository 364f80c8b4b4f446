import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashOf, hashSeed } from './key-hash.ts';

/** Each pair has one hash by the seed of 0. */
const pairs = [
  ['d/1kcdhcg', 'd/1ju5v5y'],
  ['d/mpvfx5', 'd/1fsyuxx'],
  ['d/dssuwp', 'd/1822y2t'],
  ['d/1kbra4s', 'd/181ob7j'],
] as const;

const seeds = Array.from({ length: 100 }, (_, index) => hashSeed(Math.imul(index, 0x9e37_79b1)));

describe('the hash of a key', () => {
  test('names that share one by one seed do not by another', () => {
    for (const [one, other] of pairs) {
      const sharing = seeds.filter((seed) => hashOf(one, seed) === hashOf(other, seed));
      assert.deepEqual(sharing, [hashSeed(0)]);
    }
  });

  test('is the same for the same seed, and of 32 bits', () => {
    assert.equal(hashOf('d/1kcdhcg', hashSeed(0)), 0xbcae_5031 | 0);
    assert.equal(hashOf('d/1kcdhcg', hashSeed(2 ** 32)), 0xbcae_5031 | 0);
  });

  test('spreads names that differ in a few digits over a table as chance would, whatever the seed', () => {
    const slots = 1 << 12;
    for (const seed of seeds) {
      const used = new Set(
        Array.from({ length: slots }, (_, number) => hashOf(`shop/web-${number}`, seed) & (slots - 1)),
      );
      // By chance 1 - 1/e of them: 2,589, with a standard deviation of 32.
      assert.ok(Math.abs(used.size - 2_589) < 160, `${used.size} slots used by ${JSON.stringify(seed)}`);
    }
  });
});
