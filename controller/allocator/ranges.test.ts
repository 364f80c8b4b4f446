import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, type IpAddress } from '../../shared/net/address.ts';
import { type AddressRange, parseRange } from '../../shared/net/address-range.ts';
import { RankedAddresses } from './ranges.ts';

function ranges(...texts: string[]): AddressRange[] {
  return texts.map((text) => {
    const parsed = parseRange(text);
    assert.ok(parsed.ok, text);
    return parsed.range;
  });
}

function textAt(addresses: RankedAddresses, family: IpAddress['family'], rank: bigint): string | undefined {
  const value = addresses.addressAt(rank);
  return value === undefined ? undefined : formatAddress({ family, value });
}

const sizes = [
  { given: 'a /24', ranges: ['192.0.2.0/24'], avoidBuggy: false, size: 256n, first: '192.0.2.0' },
  { given: 'a /24 without .0 and .255', ranges: ['192.0.2.0/24'], avoidBuggy: true, size: 254n, first: '192.0.2.1' },
  {
    given: 'a /24 and a /25 without .0 and .255',
    ranges: ['10.1.0.0/24', '10.2.0.128/25'],
    avoidBuggy: true,
    size: 381n,
    first: '10.1.0.1',
  },
  { given: 'only a .255 and a .0, both avoided', ranges: ['10.0.0.255-10.0.1.0'], avoidBuggy: true, size: 0n },
  {
    given: 'a range that begins at .255, avoided',
    ranges: ['10.0.0.255-10.0.1.3'],
    avoidBuggy: true,
    size: 3n,
    first: '10.0.1.1',
  },
  {
    given: 'a range that ends before .255',
    ranges: ['10.0.0.250-10.0.0.254'],
    avoidBuggy: true,
    size: 5n,
    first: '10.0.0.250',
  },
  { given: 'a /8', ranges: ['10.0.0.0/8'], avoidBuggy: true, size: 16646144n, first: '10.0.0.1' },
  {
    given: 'ranges in descending order',
    ranges: ['10.0.0.9', '10.0.0.1'],
    avoidBuggy: false,
    size: 2n,
    first: '10.0.0.9',
  },
  {
    given: 'the last IPv4 address',
    ranges: ['255.255.255.254/31'],
    avoidBuggy: true,
    size: 1n,
    first: '255.255.255.254',
  },
];

test('sizes and first addresses', () => {
  let count = 0;
  for (const row of sizes) {
    const addresses = new RankedAddresses(ranges(...row.ranges), row.avoidBuggy);
    assert.equal(addresses.size, row.size, row.given);
    assert.equal(textAt(addresses, 'IPv4', 0n), row.first, row.given);
    count += 1;
  }
  assert.equal(count, 9);
});

test('an IPv6 /64 is numbered from its first address to its last', () => {
  const addresses = new RankedAddresses(ranges('2001:db8::/64'), false);
  assert.equal(addresses.size, 18446744073709551616n);
  assert.equal(textAt(addresses, 'IPv6', 0n), '2001:db8::');
  assert.equal(textAt(addresses, 'IPv6', 18446744073709551615n), '2001:db8::ffff:ffff:ffff:ffff');
  assert.equal(textAt(addresses, 'IPv6', 18446744073709551616n), undefined);
});

test('ranks run on over the ranges in spec order and skip .255 and .0', () => {
  const addresses = new RankedAddresses(ranges('10.0.5.254-10.0.6.1', '10.0.1.1'), true);
  const all = [0n, 1n, 2n, 3n].map((rank) => textAt(addresses, 'IPv4', rank));
  assert.deepEqual(all, ['10.0.5.254', '10.0.6.1', '10.0.1.1', undefined]);
});

interface Block {
  readonly gap: number;
  readonly length: number;
}

/** Ranges of these lengths, each behind a gap. */
function laidOut(blocks: readonly Block[]): AddressRange[] {
  let at = 0n;
  return blocks.map(({ gap, length }) => {
    const first = at + BigInt(gap);
    at = first + BigInt(length);
    return { family: 'IPv4', first, last: at - 1n };
  });
}

/** One by one, as the arithmetic may not. */
function usableOf(list: readonly AddressRange[], avoidBuggy: boolean): ReadonlySet<bigint> {
  const usable = new Set<bigint>();
  for (const { first, last } of list) {
    for (let value = first; value <= last; value += 1n) {
      const low = value % 256n;
      if (!avoidBuggy || (low !== 0n && low !== 255n)) usable.add(value);
    }
  }
  return usable;
}

test('every usable address has the rank that leads back to it, and no other address has one', () => {
  const block = fc.record({ gap: fc.integer({ min: 1, max: 700 }), length: fc.integer({ min: 1, max: 700 }) });
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), fc.boolean(), (blocks, avoidBuggy) => {
      const list = laidOut(blocks);
      const expected = usableOf(list, avoidBuggy);
      const addresses = new RankedAddresses(list.toReversed(), avoidBuggy);
      assert.equal(addresses.size, BigInt(expected.size));
      for (let value = 0n; value <= (list.at(-1)?.last ?? 0n) + 1n; value += 1n) {
        const rank = addresses.rankOf(value);
        assert.equal(rank !== undefined, expected.has(value), String(value));
        if (rank !== undefined) assert.equal(addresses.addressAt(rank), value);
      }
    }),
    { numRuns: 30 },
  );
});
