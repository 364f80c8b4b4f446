import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { DecodeError } from './decode-error.ts';
import { decodeNetlink, encodeDumpRequest, type NetlinkMessage } from './netlink.ts';

test('dump requests are written', () => {
  assert.equal(
    toHex(encodeDumpRequest('links', 7)),
    `20000000 1200 0103 07000000 00000000 ${'00'.repeat(16)}`.replaceAll(' ', ''),
  );
  assert.equal(
    toHex(encodeDumpRequest('addresses', 8)),
    `20000000 1600 0103 08000000 00000000 ${'00'.repeat(16)}`.replaceAll(' ', ''),
  );
});

const loopback = '0a000100 020000000001 0000';
const table: readonly { readonly name: string; readonly hex: string; readonly messages: readonly NetlinkMessage[] }[] =
  [
    {
      name: 'a link: index, flags, name, MAC, master, carrier',
      hex: `48000000 1000 0200 07000000 00000000 00000100 05000000 43100100 00000000
          09000300 6574683000 000000 ${loopback} 08000a00 03000000 05002100 01 000000`,
      messages: [
        {
          type: 'newLink',
          index: 5,
          name: 'eth0',
          mac: fromHex('020000000001'),
          up: true,
          carrier: true,
          loopback: false,
          noArp: false,
          master: 3,
          sequence: 7,
        },
      ],
    },
    {
      name: 'a loopback without ARP, without carrier and without attributes',
      hex: '20000000 1000 0000 00000000 00000000 00000403 01000000 88000000 00000000',
      messages: [
        {
          type: 'newLink',
          index: 1,
          name: '',
          mac: new Uint8Array(),
          up: false,
          carrier: false,
          loopback: true,
          noArp: true,
          master: 0,
          sequence: 0,
        },
      ],
    },
    {
      name: 'a link that is gone',
      hex: '20000000 1100 0000 00000000 00000000 00000100 05000000 00000000 00000000',
      messages: [{ type: 'delLink', index: 5 }],
    },
    {
      name: 'a port that left its bridge is no link that is gone',
      hex: '20000000 1100 0000 00000000 00000000 07000100 05000000 00000000 00000000',
      messages: [],
    },
    {
      name: 'an IPv4 address: the local one, not the other end',
      hex: '28000000 1400 0000 00000000 00000000 02180000 05000000 08000100 c0000209 08000200 c0000201',
      messages: [{ type: 'newAddress', index: 5, address: fromHex('c0000201'), sequence: 0 }],
    },
    {
      name: 'an IPv6 address that is gone',
      hex: '2c000000 1500 0000 00000000 00000000 0a400000 05000000 14000100 20010db8000000000000000000000001',
      messages: [{ type: 'delAddress', index: 5, address: fromHex('20010db8000000000000000000000001'), sequence: 0 }],
    },
    {
      name: 'the end of a dump, in one datagram with what is skipped',
      hex: '10000000 4200 0000 00000000 00000000 14000000 0300 0200 07000000 00000000 00000000',
      messages: [{ type: 'done', sequence: 7, interrupted: false }],
    },
    {
      name: 'the end of a dump that was interrupted',
      hex: '14000000 0300 1200 07000000 00000000 00000000',
      messages: [{ type: 'done', sequence: 7, interrupted: true }],
    },
    {
      name: 'an error: EBUSY',
      hex: '24000000 0200 0000 07000000 00000000 f0ffffff 20000000 1200 0103 07000000 00000000',
      messages: [{ type: 'error', sequence: 7, errno: 16 }],
    },
  ];

for (const { name, hex, messages } of table) {
  test(name, () => assert.deepEqual(decodeNetlink(fromHex(hex.replaceAll(/\s/g, ''))), messages));
}

test('what is no netlink is refused, with the offset', () => {
  const rows = [
    { name: 'half a header', hex: '20000000 1000', offset: 0 },
    { name: 'a length past the end', hex: '20000000 1000 0000 00000000 00000000', offset: 0 },
    { name: 'a length below a header', hex: '0f000000 1000 0000 00000000 00000000', offset: 0 },
    { name: 'a link that is cut off', hex: '14000000 1000 0000 00000000 00000000 00000000', offset: 16 },
    { name: 'an address that is cut off', hex: '14000000 1400 0000 00000000 00000000 00000000', offset: 16 },
    { name: 'an error without its number', hex: '10000000 0200 0000 00000000 00000000', offset: 16 },
    {
      name: 'an attribute past the end',
      hex: '24000000 1000 0000 00000000 00000000 00000100 05000000 00000000 00000000 09000300',
      offset: 32,
    },
  ];
  for (const { name, hex, offset } of rows) {
    assert.throws(() => decodeNetlink(fromHex(hex)), { code: 'Decode', offset }, name);
  }
});

test('of arbitrary bytes nothing but DecodeError escapes', () => {
  const type = fc.constantFrom(2, 3, 16, 17, 20, 21, 99);
  const message = fc.tuple(type, fc.uint8Array({ maxLength: 60 })).map(([number, body]) => {
    const bytes = new Uint8Array(16 + body.length);
    bytes.set([bytes.length, 0, 0, 0, number]);
    bytes.set(body, 16);
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), message), (bytes) => {
      try {
        decodeNetlink(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});
