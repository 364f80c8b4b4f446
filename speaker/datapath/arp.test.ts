import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyFrame, frameOf, hexOf } from '../../test/support/frame-in-place.ts';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { type ArpPacket, decodeArp, encodeArp, isArpFrame, writeArpReply, writeGratuitousArp } from './arp.ts';
import { DecodeError } from './decode-error.ts';
import { encodeEthernet } from './ethernet.ts';

const nodeMac = { high: 0x0200, low: 1 };

const codec: readonly { readonly name: string; readonly hex: string; readonly packet: ArpPacket }[] = [
  {
    name: 'a request',
    hex: '0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000264',
    packet: {
      operation: 1,
      senderHardwareAddress: fromHex('020000000002'),
      senderProtocolAddress: fromHex('c0000202'),
      targetHardwareAddress: fromHex('000000000000'),
      targetProtocolAddress: fromHex('c0000264'),
    },
  },
  {
    name: 'a reply',
    hex: '0001 0800 06 04 0002 020000000001 c0000264 020000000002 c0000202',
    packet: {
      operation: 2,
      senderHardwareAddress: fromHex('020000000001'),
      senderProtocolAddress: fromHex('c0000264'),
      targetHardwareAddress: fromHex('020000000002'),
      targetProtocolAddress: fromHex('c0000202'),
    },
  },
  {
    name: 'a probe (RFC 5227)',
    hex: '0001 0800 06 04 0001 020000000002 00000000 000000000000 c0000264',
    packet: {
      operation: 1,
      senderHardwareAddress: fromHex('020000000002'),
      senderProtocolAddress: fromHex('00000000'),
      targetHardwareAddress: fromHex('000000000000'),
      targetProtocolAddress: fromHex('c0000264'),
    },
  },
];

test('packets are read and written, both ways', () => {
  for (const { name, hex, packet } of codec) {
    assert.deepEqual(decodeArp(fromHex(hex)), packet, name);
    assert.equal(toHex(encodeArp(packet)), hex.replaceAll(' ', ''), name);
  }
  assert.equal(codec.length, 3);
});

test('padding behind the packet is left aside', () => {
  const [request] = codec;
  assert.deepEqual(decodeArp(fromHex(`${request?.hex}${'00'.repeat(18)}`)), request?.packet);
});

test('what is no ARP for IPv4 over Ethernet is refused, with the offset', () => {
  const rest = '0001 020000000002 c0000202 000000000000 c0000264';
  const table = [
    { name: 'nothing at all', hex: '', offset: 0 },
    { name: 'cut off', hex: `0001 0800 06 04 ${rest}`.slice(0, -2), offset: 27 },
    { name: 'IEEE 802 hardware', hex: `0006 0800 06 04 ${rest}`, offset: 0 },
    { name: 'another protocol', hex: `0001 86dd 06 04 ${rest}`, offset: 2 },
    { name: 'another hardware length', hex: `0001 0800 08 04 ${rest}`, offset: 4 },
    { name: 'another protocol length', hex: `0001 0800 06 10 ${rest}`, offset: 5 },
  ];
  for (const { name, hex, offset } of table) {
    assert.throws(() => decodeArp(fromHex(hex)), { code: 'Decode', offset }, name);
  }
});

const address = fc.uint8Array({ minLength: 4, maxLength: 4 });
const hardware = fc.uint8Array({ minLength: 6, maxLength: 6 });
const packets = fc.record({
  operation: fc.integer({ min: 0, max: 0xffff }),
  senderHardwareAddress: hardware,
  senderProtocolAddress: address,
  targetHardwareAddress: hardware,
  targetProtocolAddress: address,
});

test('packets survive the round trip', () => {
  fc.assert(fc.property(packets, (packet) => assert.deepEqual(decodeArp(encodeArp(packet)), { ...packet })));
});

test('of arbitrary bytes nothing but DecodeError escapes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeArp(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});

test('a frame in place is taken for ARP just when decoding would succeed and one station sent it', () => {
  const prefix = fc.constantFrom('000108000604', '000608000604', '000186dd0604', '000108000804', '000108000610');
  fc.assert(
    fc.property(prefix, fc.uint8Array({ minLength: 18, maxLength: 40 }), (start, rest) => {
      const payload = new Uint8Array([...fromHex(start), ...rest]);
      const hex = toHex(
        encodeEthernet({
          destination: fromHex('ffffffffffff'),
          source: fromHex('020000000002'),
          etherType: 0x0806,
          payload,
        }),
      );
      const frame = frameOf(hex);
      let expected = false;
      try {
        expected = ((decodeArp(payload).senderHardwareAddress[0] ?? 1) & 1) === 0;
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
      assert.equal(isArpFrame(frame.view, frame.length), expected);
    }),
  );
});

test('the reply goes to the hardware address in the packet', () => {
  const request = frameOf(
    'ffffffffffff 020000000009 0806 0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000264',
  );
  const reply = emptyFrame();
  reply.length = writeArpReply(request.view, reply.view, nodeMac);
  assert.equal(
    hexOf(reply),
    '020000000002020000000001080600010800060400020200 00000001c0000264020000000002c0000202'.replaceAll(' ', ''),
  );
});

test('gratuitous ARP has two forms', () => {
  const frame = emptyFrame();
  const vip = 0xc0000264 | 0;
  frame.length = writeGratuitousArp(frame.view, nodeMac, vip, 'request');
  assert.equal(hexOf(frame), 'ffffffffffff02000000000108060001080006040001020000000001c0000264000000000000c0000264');
  frame.length = writeGratuitousArp(frame.view, nodeMac, vip, 'reply');
  assert.equal(hexOf(frame), 'ffffffffffff02000000000108060001080006040002020000000001c0000264020000000001c0000264');
});
