import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addressBytes,
  addressFromBytes,
  canonicalAddress,
  compareAddresses,
  formatAddress,
  type IpAddress,
  parseAddress,
  sameAddress,
} from './address.ts';

const anyAddress: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.bigInt(0n, 2n ** 32n - 1n).map((value): IpAddress => ({ family: 'IPv4', value })),
  fc.bigInt(0n, 2n ** 128n - 1n).map((value): IpAddress => ({ family: 'IPv6', value })),
  // Long runs of zeros, where the compressed form is decided.
  fc.array(fc.constantFrom(0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 }).map(
    (groups): IpAddress => ({
      family: 'IPv6',
      value: groups.reduce<bigint>((all, group) => (all << 16n) | group, 0n),
    }),
  ),
);
const isMapped = (address: IpAddress): boolean => address.family === 'IPv6' && address.value >> 32n === 0xffffn;

describe('parseAddress', () => {
  const accepted: readonly [string, IpAddress['family'], bigint][] = [
    ['0.0.0.0', 'IPv4', 0n],
    ['192.168.10.90', 'IPv4', 0xc0a80a5an],
    ['255.255.255.255', 'IPv4', 0xffffffffn],
    ['::', 'IPv6', 0n],
    ['::1', 'IPv6', 1n],
    ['1::', 'IPv6', 1n << 112n],
    ['2001:DB8::A', 'IPv6', 0x20010db800000000000000000000000an],
    ['1:2:3:4:5:6:7:8', 'IPv6', 0x00010002000300040005000600070008n],
    ['1:2:3:4:5:6:7::', 'IPv6', 0x00010002000300040005000600070000n],
    ['64:ff9b::192.0.2.33', 'IPv6', 0x0064ff9b0000000000000000c0000221n],
  ];
  for (const [text, family, value] of accepted) {
    test(`reads ${text}`, () => assert.deepEqual(parseAddress(text), { family, value }));
  }

  const refused: readonly [string, string][] = [
    ['nothing', ''],
    ['a word', 'localhost'],
    ['three octets', '10.0.0'],
    ['five octets', '10.0.0.0.1'],
    ['an octet above 255', '10.0.0.256'],
    ['a leading zero, which some read as octal', '10.0.0.010'],
    ['an empty octet', '10..0.1'],
    ['a sign', '+10.0.0.1'],
    ['hexadecimal in IPv4', '0x0a.0.0.1'],
    ['leading space', ' 10.0.0.1'],
    ['a line end', '10.0.0.1\n'],
    ['a prefix length', '10.0.0.1/32'],
    ['a zone id', 'fe80::1%eth0'],
    ['IPv4-mapped IPv6 in dots', '::ffff:192.0.2.1'],
    ['IPv4-mapped IPv6 in hexadecimal', '::ffff:c000:201'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['two compressions', '1::2::3'],
    ['a compression of nothing', '1:2:3:4::5:6:7:8'],
    ['three colons', ':::'],
    ['a group of five digits', '12345::'],
    ['brackets', '[::1]'],
    ['a digit of another script', '10.0.0.١'],
  ];
  for (const [what, text] of refused) {
    test(`refuses ${what}`, () => assert.equal(parseAddress(text), undefined));
  }

  test('refuses long texts without reading them', () => {
    assert.equal(parseAddress('1'.repeat(1_000_000)), undefined);
    assert.equal(parseAddress(':'.repeat(1_000_000)), undefined);
  });

  test('never throws', () => {
    const nearAddress = fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%/- ') });
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearAddress), (text) => {
        const address = parseAddress(text);
        assert.ok(address === undefined || address.value >= 0n);
      }),
    );
  });
});

describe('formatAddress', () => {
  // RFC 5952 §4, rule by rule.
  const rows: readonly [string, string, string][] = [
    ['IPv4 in dots', '192.168.10.90', '192.168.10.90'],
    ['leading zeros dropped', '2001:0db8::0001', '2001:db8::1'],
    ['letters in lower case', '2001:DB8::ABCD', '2001:db8::abcd'],
    ['the longest run of zeros shortened', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['the first of two equal runs shortened', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['a single zero group kept', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['zeros at the end shortened', '2001:db8:0:0:0:0:0:0', '2001:db8::'],
    ['zeros at the start shortened', '0:0:0:0:0:0:0:1', '::1'],
    ['nothing but zeros', '0:0:0:0:0:0:0:0', '::'],
  ];
  for (const [what, text, expected] of rows) {
    test(what, () => assert.equal(canonicalAddress(text), expected));
  }

  test('parseAddress reads back what it wrote', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        assert.deepEqual(parseAddress(formatAddress(address)), isMapped(address) ? undefined : address);
      }),
    );
  });

  test('no canonical text for what is no address', () => assert.equal(canonicalAddress('010.0.0.1'), undefined));
});

describe('bytes', () => {
  test('network byte order', () => {
    assert.deepEqual(addressBytes({ family: 'IPv4', value: 0x0a000102n }), Uint8Array.of(10, 0, 1, 2));
    assert.deepEqual(
      addressBytes({ family: 'IPv6', value: 0x20010db8000000000000000000000001n }),
      Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    );
  });

  test('only 4 or 16 bytes make an address', () => {
    for (const length of [0, 3, 5, 15, 17]) assert.equal(addressFromBytes(new Uint8Array(length)), undefined);
  });

  test('there and back', () => {
    fc.assert(fc.property(anyAddress, (address) => assert.deepEqual(addressFromBytes(addressBytes(address)), address)));
  });
});

describe('order', () => {
  test('IPv4 before IPv6, then by number', () => {
    const sorted = ['::1', '10.0.0.10', '9.0.0.1', '::', '10.0.0.9'].map((text) => parseAddress(text));
    const known = sorted.filter((address) => address !== undefined);
    assert.deepEqual(known.sort(compareAddresses).map(formatAddress), [
      '9.0.0.1',
      '10.0.0.9',
      '10.0.0.10',
      '::',
      '::1',
    ]);
  });

  test('the same number in two families is two addresses', () => {
    const ipv4: IpAddress = { family: 'IPv4', value: 1n };
    assert.equal(sameAddress(ipv4, { family: 'IPv6', value: 1n }), false);
    assert.equal(sameAddress(ipv4, { family: 'IPv4', value: 1n }), true);
    assert.equal(compareAddresses(ipv4, { family: 'IPv4', value: 1n }), 0);
  });
});
