import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { DecodeError } from './decode-error.ts';
import { decodeNdp, encodeNdp, type NdpAddresses, type NdpMessage } from './ndp.ts';

const vip = '20010db8000000000000000000000100';
const client = '20010db8000000000000000000000002';
const group = 'ff0200000000000000000001ff000100';

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly addresses: NdpAddresses;
  readonly message: NdpMessage;
}

const codec: readonly Row[] = [
  {
    name: 'a solicitation',
    hex: `87 00 1a29 00000000 ${vip} 01 01 020000000002`,
    addresses: { source: fromHex(client), destination: fromHex(group) },
    message: {
      type: 'neighborSolicitation',
      targetAddress: fromHex(vip),
      options: [{ type: 1, value: fromHex('020000000002') }],
    },
  },
  {
    name: 'duplicate address detection',
    hex: `87 00 4aef 00000000 ${vip}`,
    addresses: { source: new Uint8Array(16), destination: fromHex(group) },
    message: { type: 'neighborSolicitation', targetAddress: fromHex(vip), options: [] },
  },
  {
    name: 'an advertisement, solicited and overriding',
    hex: `88 00 8875 60000000 ${vip} 02 01 020000000001`,
    addresses: { source: fromHex(vip), destination: fromHex(client) },
    message: {
      type: 'neighborAdvertisement',
      router: false,
      solicited: true,
      override: true,
      targetAddress: fromHex(vip),
      options: [{ type: 2, value: fromHex('020000000001') }],
    },
  },
  {
    name: 'an unsolicited advertisement',
    hex: `88 00 f72c 20000000 ${vip} 02 01 020000000001`,
    addresses: { source: fromHex(vip), destination: fromHex('ff020000000000000000000000000001') },
    message: {
      type: 'neighborAdvertisement',
      router: false,
      solicited: false,
      override: true,
      targetAddress: fromHex(vip),
      options: [{ type: 2, value: fromHex('020000000001') }],
    },
  },
];

test('messages are read and written, both ways', () => {
  for (const { name, hex, addresses, message } of codec) {
    assert.deepEqual(decodeNdp(fromHex(hex)), message, name);
    assert.equal(toHex(encodeNdp(message, addresses)), hex.replaceAll(' ', ''), name);
  }
  assert.equal(codec.length, 4);
});

test('an option of an unknown type is kept', () => {
  const nonce = `87 00 0000 00000000 ${vip} 0e 01 aabbccddeeff`;
  assert.deepEqual(decodeNdp(fromHex(nonce)).options, [{ type: 14, value: fromHex('aabbccddeeff') }]);
});

test('what is no such message is refused, with the offset', () => {
  const table = [
    { name: 'nothing at all', hex: '', offset: 0 },
    { name: 'a target that is cut off', hex: `87 00 0000 00000000 ${vip.slice(2)}`, offset: 23 },
    { name: 'a router advertisement', hex: `86 00 0000 00000000 ${vip}`, offset: 0 },
    { name: 'a code other than 0', hex: `87 01 0000 00000000 ${vip}`, offset: 1 },
    { name: 'an option of length zero', hex: `87 00 0000 00000000 ${vip} 01 00 020000000002`, offset: 25 },
    { name: 'an option past the end', hex: `87 00 0000 00000000 ${vip} 01 02 020000000002`, offset: 25 },
    { name: 'an option that is one octet', hex: `87 00 0000 00000000 ${vip} 01`, offset: 25 },
  ];
  for (const { name, hex, offset } of table) {
    assert.throws(() => decodeNdp(fromHex(hex)), { code: 'Decode', offset }, name);
  }
});

const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
const options = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 255 }),
    value: fc.constantFrom(6, 14, 22).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  }),
  { maxLength: 3 },
);
const messages: fc.Arbitrary<NdpMessage> = fc.oneof(
  fc.record({ type: fc.constant('neighborSolicitation' as const), targetAddress: address, options }),
  fc.record({
    type: fc.constant('neighborAdvertisement' as const),
    router: fc.boolean(),
    solicited: fc.boolean(),
    override: fc.boolean(),
    targetAddress: address,
    options,
  }),
);

test('messages survive the round trip', () => {
  const addresses = { source: fromHex(client), destination: fromHex(group) };
  fc.assert(
    fc.property(messages, (message) => {
      const read = decodeNdp(encodeNdp(message, addresses));
      assert.deepEqual(read, { ...message, options: message.options.map((option) => ({ ...option })) });
    }),
  );
});

test('of arbitrary bytes nothing but DecodeError escapes', () => {
  const headed = fc.uint8Array({ maxLength: 80 }).map((bytes) => new Uint8Array([0x87, 0, ...bytes]));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), headed), (bytes) => {
      try {
        decodeNdp(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});
