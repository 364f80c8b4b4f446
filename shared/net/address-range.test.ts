import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatRange } from '../../test/support/range-text.ts';
import {
  type AddressRange,
  compareRanges,
  parseRange,
  type RangeRefusal,
  rangeContains,
  rangeSize,
  rangesOverlap,
  shortestPrefixLength,
  subtractRanges,
} from './address-range.ts';

function range(text: string): AddressRange {
  const parsed = parseRange(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.range;
}

function between(family: 'IPv4' | 'IPv6', lowest: bigint, highest: bigint): fc.Arbitrary<AddressRange> {
  const value = fc.bigInt(lowest, highest);
  return fc
    .tuple(value, value)
    .map(([a, b]) => (a < b ? { family, first: a, last: b } : { family, first: b, last: a }));
}

const anyRange = fc.oneof(between('IPv4', 0n, 2n ** 32n - 1n), between('IPv6', 2n ** 64n, 2n ** 128n - 1n));
/** Close together, so that overlaps are the rule. */
const nearRange = fc
  .tuple(fc.constantFrom<'IPv4' | 'IPv6'>('IPv4', 'IPv6'), fc.bigInt(0n, 40n), fc.bigInt(0n, 10n))
  .map(([family, first, more]): AddressRange => ({ family, first, last: first + more }));

describe('parseRange', () => {
  const accepted: readonly [string, string, bigint][] = [
    ['10.0.0.0/24', '10.0.0.0/24', 256n],
    ['10.0.0.77/24', '10.0.0.0/24', 256n],
    ['10.0.0.77/32', '10.0.0.77', 1n],
    ['0.0.0.0/0', '0.0.0.0/0', 2n ** 32n],
    ['10.0.0.77', '10.0.0.77', 1n],
    ['192.168.10.90-192.168.10.100', '192.168.10.90-192.168.10.100', 11n],
    [' 10.0.0.1 - 10.0.0.2 ', '10.0.0.1-10.0.0.2', 2n],
    ['10.0.0.0-10.0.0.255', '10.0.0.0/24', 256n],
    ['10.0.0.5-10.0.0.5', '10.0.0.5', 1n],
    ['2001:db8::/120', '2001:db8::/120', 256n],
    ['2001:DB8::FF/64', '2001:db8::/64', 2n ** 64n],
    ['2001:db8::1', '2001:db8::1', 1n],
    ['fc00::1-fc00::3', 'fc00::1-fc00::3', 3n],
    ['::/0', '::/0', 2n ** 128n],
  ];
  for (const [text, formatted, size] of accepted) {
    test(`"${text}" is ${formatted}`, () => {
      assert.equal(formatRange(range(text)), formatted);
      assert.equal(rangeSize(range(text)), size);
    });
  }

  const advice = 'write a CIDR (192.0.2.0/24), a range (192.0.2.5-192.0.2.9) or one address';
  const refused: readonly [string, RangeRefusal, string][] = [
    ['', 'notAnAddress', `"" is not an IP address; ${advice}`],
    ['localhost', 'notAnAddress', `"localhost" is not an IP address; ${advice}`],
    ['10.0.0.300/24', 'notAnAddress', `"10.0.0.300/24": "10.0.0.300" is not an IP address; ${advice}`],
    ['10.0.0.1-', 'notAnAddress', `"10.0.0.1-": "" is not an IP address; ${advice}`],
    ['-10.0.0.1', 'notAnAddress', `"-10.0.0.1": "" is not an IP address; ${advice}`],
    [
      '10.0.0.1-10.0.0.2-10.0.0.3',
      'notAnAddress',
      `"10.0.0.1-10.0.0.2-10.0.0.3": "10.0.0.2-10.0.0.3" is not an IP address; ${advice}`,
    ],
    [
      '10.0.0.0/24-10.0.1.0/24',
      'badPrefixLength',
      '"10.0.0.0/24-10.0.1.0/24" has a bad prefix length: IPv4 takes a whole number from 0 to 32',
    ],
    ['10.0.0.0/33', 'badPrefixLength', '"10.0.0.0/33" has a bad prefix length: IPv4 takes a whole number from 0 to 32'],
    ['10.0.0.0/', 'badPrefixLength', '"10.0.0.0/" has a bad prefix length: IPv4 takes a whole number from 0 to 32'],
    [
      '10.0.0.0/024',
      'badPrefixLength',
      '"10.0.0.0/024" has a bad prefix length: IPv4 takes a whole number from 0 to 32',
    ],
    [
      '10.0.0.0/255.255.255.0',
      'badPrefixLength',
      '"10.0.0.0/255.255.255.0" has a bad prefix length: IPv4 takes a whole number from 0 to 32',
    ],
    ['::/129', 'badPrefixLength', '"::/129" has a bad prefix length: IPv6 takes a whole number from 0 to 128'],
    [
      '10.0.0.9-10.0.0.1',
      'startAfterEnd',
      '"10.0.0.9-10.0.0.1" starts after its end; did you mean "10.0.0.1-10.0.0.9"?',
    ],
    [
      '10.0.0.1-::1',
      'mixedFamilies',
      '"10.0.0.1-::1" runs from IPv4 to IPv6; a range is of one family, use two entries',
    ],
    [
      '::1-10.0.0.1',
      'mixedFamilies',
      '"::1-10.0.0.1" runs from IPv6 to IPv4; a range is of one family, use two entries',
    ],
  ];
  for (const [text, refusal, message] of refused) {
    test(`"${text}" is refused: ${refusal}`, () => assert.deepEqual(parseRange(text), { ok: false, refusal, message }));
  }

  test('never throws', () => {
    const nearRangeText = fc.string({ unit: fc.constantFrom(...'0123456789.:-/ f') });
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearRangeText), (text) => {
        const parsed = parseRange(text);
        if (parsed.ok) assert.ok(parsed.range.first <= parsed.range.last);
        else assert.ok(parsed.message.includes(JSON.stringify(text.trim())));
      }),
    );
  });

  test('reads back what formatRange wrote', () => {
    fc.assert(
      fc.property(anyRange, (some) => {
        assert.deepEqual(parseRange(formatRange(some)), { ok: true, range: some });
      }),
    );
  });
});

describe('sets of addresses', () => {
  const members = (some: AddressRange): readonly bigint[] => {
    const all: bigint[] = [];
    for (let value = some.first; value <= some.last; value += 1n) all.push(value);
    return all;
  };

  test('contains its ends, and nothing of the other family', () => {
    const some = range('10.0.0.1-10.0.0.3');
    assert.equal(rangeContains(some, { family: 'IPv4', value: 0x0a000001n }), true);
    assert.equal(rangeContains(some, { family: 'IPv4', value: 0x0a000003n }), true);
    assert.equal(rangeContains(some, { family: 'IPv4', value: 0x0a000004n }), false);
    assert.equal(rangeContains(some, { family: 'IPv6', value: 0x0a000001n }), false);
  });

  test('two ranges overlap where they share an address', () => {
    fc.assert(
      fc.property(nearRange, nearRange, (a, b) => {
        const shared = a.family === b.family && members(a).some((value) => members(b).includes(value));
        assert.equal(rangesOverlap(a, b), shared);
        assert.equal(rangesOverlap(b, a), shared);
      }),
    );
  });

  test('what is left of a range is what no hole holds, in order', () => {
    fc.assert(
      fc.property(nearRange, fc.array(nearRange, { maxLength: 6 }), (whole, holes) => {
        const left = subtractRanges(whole, holes);
        const expected = members(whole).filter(
          (value) => !holes.some((hole) => rangeContains(hole, { family: whole.family, value })),
        );
        assert.deepEqual(left.flatMap(members), expected);
        assert.ok(left.every(({ family }) => family === whole.family));
      }),
    );
  });

  test('ranges sort by family, first and last address', () => {
    const texts = ['::/120', '10.0.0.0/24', '10.0.0.0/8', '9.0.0.0/8'];
    assert.deepEqual(texts.map(range).sort(compareRanges).map(formatRange), [
      '9.0.0.0/8',
      '10.0.0.0/24',
      '10.0.0.0/8',
      '::/120',
    ]);
  });

  test('one address is a range of one', () => {
    assert.equal(rangeSize(range('::7')), 1n);
  });
});

describe('shortestPrefixLength', () => {
  const rows: readonly [string, number][] = [
    ['10.0.0.0/24', 24],
    ['10.0.0.1', 32],
    ['10.0.0.0-10.0.0.127', 25],
    ['10.0.0.1-10.0.0.254', 26],
    ['0.0.0.0/0', 0],
    ['::1-::2', 128],
    ['2001:db8::/64', 64],
  ];
  for (const [text, length] of rows) {
    test(`${text} holds a /${length}`, () => assert.equal(shortestPrefixLength(range(text)), length));
  }
});
