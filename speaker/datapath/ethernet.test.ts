import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { DecodeError } from './decode-error.ts';
import { decodeEthernet, encodeEthernet } from './ethernet.ts';

const arpFrame = {
  hex: 'ffffffffffff 020000000002 0806 0001',
  frame: {
    destination: fromHex('ffffffffffff'),
    source: fromHex('020000000002'),
    etherType: 0x0806,
    payload: fromHex('0001'),
  },
};

test('a frame is read and written, both ways', () => {
  assert.deepEqual(decodeEthernet(fromHex(arpFrame.hex)), arpFrame.frame);
  assert.equal(toHex(encodeEthernet(arpFrame.frame)), arpFrame.hex.replaceAll(' ', ''));
});

test('what is no Ethernet II frame is refused, with the offset', () => {
  const table = [
    { name: 'nothing at all', hex: '', offset: 0 },
    { name: 'half a header', hex: 'ffffffffffff02', offset: 7 },
    { name: 'an 802.3 length', hex: 'ffffffffffff 020000000002 0026 4242', offset: 12 },
  ];
  for (const { name, hex, offset } of table) {
    assert.throws(() => decodeEthernet(fromHex(hex)), { name: 'DecodeError', code: 'Decode', offset }, name);
  }
});

test('frames survive the round trip', () => {
  const mac = fc.uint8Array({ minLength: 6, maxLength: 6 });
  const frame = fc.record({
    destination: mac,
    source: mac,
    etherType: fc.integer({ min: 0x0600, max: 0xffff }),
    payload: fc.uint8Array({ maxLength: 64 }),
  });
  fc.assert(fc.property(frame, (one) => assert.deepEqual(decodeEthernet(encodeEthernet(one)), { ...one })));
});

test('of arbitrary bytes nothing but DecodeError escapes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        decodeEthernet(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});
