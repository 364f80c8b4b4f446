import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { configOf, ipAddressPool } from '../../test/support/config-objects.ts';
import { formatRange } from '../../test/support/range-text.ts';
import { type IpAddress, parseAddress } from '../net/address.ts';
import type { Pool } from './model.ts';
import { candidateRanges, inPool, isUsable, usableCount } from './pool-addresses.ts';

function pool(addresses: readonly string[], more: { avoidBuggyIPs?: boolean; excludeAddresses?: string[] } = {}): Pool {
  const { config } = configOf({ pools: [ipAddressPool('lan', { addresses, ...more })] });
  const read = config?.pools.get('lan');
  if (read === undefined) throw new Error(`no pool can be made of ${addresses.join(', ')}`);
  return read;
}

function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

describe('usableCount', () => {
  const buggy = { avoidBuggyIPs: true };
  const rows: readonly [string, Pool, bigint, bigint][] = [
    ['a /24', pool(['10.0.0.0/24']), 256n, 0n],
    ['a /24 without .0 and .255', pool(['10.0.0.0/24'], buggy), 254n, 0n],
    ['a /24 and a /25 without .0 and .255', pool(['10.0.0.0/24', '10.0.1.0/25'], buggy), 381n, 0n],
    ['a /8 without .0 and .255', pool(['10.0.0.0/8'], buggy), 65_536n * 254n, 0n],
    ['all of IPv4 without .0 and .255', pool(['0.0.0.0/0'], buggy), 2n ** 24n * 254n, 0n],
    ['a range across a /24', pool(['10.0.0.254-10.0.1.1'], buggy), 2n, 0n],
    ['nothing but .255 and .0', pool(['10.0.0.255-10.0.1.0'], buggy), 0n, 0n],
    ['IPv6, where .0 and .255 mean nothing', pool(['2001:db8::/120'], buggy), 0n, 256n],
    ['a /64 of IPv6', pool(['2001:db8::/64', '10.0.0.1']), 1n, 2n ** 64n],
    [
      'what is not excluded',
      pool(['10.0.0.0/24'], { excludeAddresses: ['10.0.0.0/25', '10.0.0.64-10.0.0.191'] }),
      64n,
      0n,
    ],
    [
      '.0 that is excluded anyway, once',
      pool(['10.0.0.0/24'], { ...buggy, excludeAddresses: ['10.0.0.0/28'] }),
      239n,
      0n,
    ],
  ];
  for (const [what, some, ipv4, ipv6] of rows) {
    test(`counts ${what}`, () => {
      assert.equal(usableCount(some, 'IPv4'), ipv4);
      assert.equal(usableCount(some, 'IPv6'), ipv6);
    });
  }
});

describe('isUsable', () => {
  const some = pool(['10.0.0.0/23'], { avoidBuggyIPs: true, excludeAddresses: ['10.0.0.7-10.0.0.9'] });
  const rows: readonly [string, boolean, boolean][] = [
    ['10.0.0.1', true, true],
    ['10.0.0.0', true, false],
    ['10.0.0.255', true, false],
    ['10.0.1.0', true, false],
    ['10.0.0.8', true, false],
    ['10.0.2.1', false, false],
    ['::a00:1', false, false],
  ];
  for (const [text, inside, usable] of rows) {
    test(`${text}: ${inside ? 'in' : 'not in'} the pool, ${usable ? '' : 'not '}usable`, () => {
      assert.equal(inPool(some, address(text)), inside);
      assert.equal(isUsable(some, address(text)), usable);
    });
  }
});

test('candidates are the ranges in spec order, without what is excluded', () => {
  const some = pool(['10.0.1.0/24', '2001:db8::/126', '10.0.0.0/24'], {
    excludeAddresses: ['10.0.0.0/25', '10.0.1.1', '2001:db8::1'],
  });
  assert.deepEqual(candidateRanges(some).map(formatRange), [
    '10.0.1.0',
    '10.0.1.2-10.0.1.255',
    '2001:db8::',
    '2001:db8::2/127',
    '10.0.0.128/25',
  ]);
});

test('the count is that of the usable addresses, one by one', () => {
  const octet = fc.nat(255);
  const span = fc
    .tuple(fc.nat(2), octet, fc.nat(300))
    .map(
      ([third, first, size]) => `10.0.${third}.${first}-10.0.${third + ((first + size) >> 8)}.${(first + size) & 255}`,
    );
  fc.assert(
    fc.property(span, fc.array(span, { maxLength: 4 }), fc.boolean(), (addresses, excludeAddresses, avoidBuggyIPs) => {
      const some = pool([addresses], { excludeAddresses, avoidBuggyIPs });
      let usable = 0n;
      for (let value = 0x0a000000n; value < 0x0a000800n; value += 1n) {
        if (isUsable(some, { family: 'IPv4', value })) usable += 1n;
      }
      assert.equal(usableCount(some, 'IPv4'), usable);
    }),
    { numRuns: 50 },
  );
});
