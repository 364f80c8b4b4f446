import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { aHeader, aKey, anyMessage } from '../../test/support/messages.ts';
import { DecodeError } from '../datapath/decode-error.ts';
import { messageKeyOf } from './key-ring.ts';
import { claimEntriesPerMessage, type Message } from './message.ts';
import {
  decodeMessage,
  encodeMessage,
  isAuthentic,
  isOfOtherVersion,
  keyNumberOf,
  MessageWriter,
} from './message-codec.ts';

/** The key is 32 octets 0x2a; the header of every row. */
const header = aHeader;
function start(type: string): string {
  return `48524c44 01 ${type} 0000 544e62ce 0011223344556677 8899aabbccddeeff 0000000000000102`;
}

const table: readonly { readonly name: string; readonly message: Message; readonly hex: string }[] = [
  {
    name: 'a pulse',
    message: {
      type: 'pulse',
      intervalMs: 100,
      multiplier: 3,
      leaving: false,
      claimsVersion: 7,
      wallMs: 1_700_000_000_123,
    },
    hex: `${start('01')} 0064 03 00 00000007 0000018bcfe5687b`,
  },
  {
    name: 'the pulse of one that leaves',
    message: {
      type: 'pulse',
      intervalMs: 65_535,
      multiplier: 255,
      leaving: true,
      claimsVersion: 2 ** 32 - 1,
      wallMs: 0,
    },
    hex: `${start('01')} ffff ff 01 ffffffff 0000000000000000`,
  },
  { name: 'a hello', message: { type: 'hello', nonce: '0123456789abcdef' }, hex: `${start('02')} 0123456789abcdef` },
  {
    name: 'a welcome',
    message: { type: 'welcome', nonce: '00000000000000ff', probationMs: 2_000 },
    hex: `${start('03')} 00000000000000ff 07d0`,
  },
  {
    name: 'a suspicion',
    message: { type: 'suspect', target: 'aaaaaaaaaaaaaaaa', targetIncarnation: '0000000000000001' },
    hex: `${start('04')} aaaaaaaaaaaaaaaa 0000000000000001`,
  },
  {
    name: 'its end',
    message: { type: 'alive', target: 'aaaaaaaaaaaaaaaa', targetIncarnation: '0000000000000001' },
    hex: `${start('05')} aaaaaaaaaaaaaaaa 0000000000000001`,
  },
  { name: 'a leave', message: { type: 'leave' }, hex: start('06') },
  {
    name: 'claims without entries',
    message: { type: 'claims', version: 1, since: 0, part: 0, parts: 1, entries: [] },
    hex: `${start('07')} 00000001 00000000 0000 0001`,
  },
  {
    name: 'claims of both families and every state',
    message: {
      type: 'claims',
      version: 9,
      since: 8,
      part: 1,
      parts: 2,
      entries: [
        { group: '192.0.2.100', epoch: 1, state: 'held' },
        { group: '2001:db8::100', epoch: 2 ** 32 - 1, state: 'released' },
        { group: '255.255.255.255', epoch: 0, state: 'unfit' },
        { group: '192.0.2.101', epoch: 1, state: 'settling' },
      ],
    },
    hex: `${start('07')} 00000009 00000008 0001 0002
      01 04 00000001 c0000264
      00 10 ffffffff 20010db8000000000000000000000100
      02 04 00000000 ffffffff
      03 04 00000001 c0000265`,
  },
];

function hexOf(row: string): string {
  return row.replaceAll(/\s/g, '');
}

describe('messages', () => {
  for (const { name, message, hex } of table) {
    test(`${name} is written and read`, () => {
      const bytes = encodeMessage(header, message, aKey);
      assert.equal(toHex(bytes.subarray(0, -16)), hexOf(hex));
      assert.deepEqual(decodeMessage(bytes), { header, message });
    });
  }

  test('every type has a row', () => {
    assert.equal(new Set(table.map(({ message }) => message.type)).size, 7);
  });

  test('the authenticator is HMAC-SHA256 over all before it, cut to 16 octets', () => {
    const bytes = encodeMessage(header, { type: 'leave' }, aKey);
    // Worked out with `openssl dgst -sha256 -mac HMAC`.
    assert.equal(toHex(bytes.subarray(-16)), '01e51d2057466ddf3d81523793e38a09');
    assert.equal(isAuthentic(bytes, aKey), true);
    assert.equal(isAuthentic(bytes, messageKeyOf(new Uint8Array(32))), false);
  });

  test('a key has the first octets of its SHA-256 as its name', () => {
    assert.equal(keyNumberOf(encodeMessage(header, { type: 'leave' }, aKey)), 0x544e62ce);
  });

  test('what is reserved, and flags that are not known, are not read', () => {
    const bytes = fromHex(hexOf(`${start('01')} 0064 03 fe 00000007 0000000000000000 ${'00'.repeat(16)}`));
    bytes.set([0xff, 0xff], 6);
    const { message } = decodeMessage(bytes);
    assert.equal(message.type === 'pulse' && message.leaving, false);
  });

  test('what a newer speaker appends to a body is not read', () => {
    const longer = table.filter(({ message }) => message.type !== 'claims');
    assert.equal(longer.length, 7);
    for (const { message, hex } of longer) {
      assert.deepEqual(decodeMessage(fromHex(hexOf(`${hex} ff00ff ${'00'.repeat(16)}`))).message, message);
    }
  });

  test('a version or a type that is not known is told from what is no message', () => {
    const rows = [
      { hex: `48524c44 02 ${start('06').slice(12)}`, other: true },
      { hex: start('08'), other: true },
      { hex: start('06'), other: false },
      { hex: `58 ${start('06').slice(2)}`, other: false },
      { hex: '48524c44 02', other: false },
    ];
    for (const { hex, other } of rows) assert.equal(isOfOtherVersion(fromHex(hexOf(hex))), other, hex);
  });

  test('a state that a newer speaker may have says by its last bit whether the group is answered for', () => {
    const hex = claims('0000 0001', '04 04 00000001 c0000264 fd 04 00000002 c0000265 fe 04 00000003 c0000266');
    const { message } = decodeMessage(fromHex(hexOf(hex)));
    assert.deepEqual(message.type === 'claims' ? message.entries : message, [
      { group: '192.0.2.100', epoch: 1, state: 'released' },
      { group: '192.0.2.101', epoch: 2, state: 'held' },
      { group: '192.0.2.102', epoch: 3, state: 'released' },
    ]);
  });

  test('as many entries as a message may have fit a datagram, and more are refused', () => {
    const entry = { group: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', epoch: 1, state: 'held' as const };
    const claims = (count: number): Message => {
      return { type: 'claims', version: 1, since: 0, part: 0, parts: 1, entries: new Array(count).fill(entry) };
    };
    assert.equal(encodeMessage(header, claims(claimEntriesPerMessage), aKey).length, 1_164);
    assert.throws(() => encodeMessage(header, claims(54), aKey), {
      message: 'cannot encode a message: too many entries',
    });
  });

  test('what is written is read again', () => {
    fc.assert(
      fc.property(anyMessage(), fc.maxSafeNat(), (message, sequence) => {
        const sent = { ...header, sequence };
        const bytes = encodeMessage(sent, message, aKey);
        assert.ok(isAuthentic(bytes, aKey));
        assert.deepEqual(decodeMessage(bytes), { header: sent, message });
      }),
    );
  });

  test('what was written before into the same memory leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(anyMessage()), (messages) => {
        const writer = new MessageWriter(header);
        for (const [sequence, message] of messages.entries()) {
          assert.deepEqual(
            writer.write(sequence, message, aKey),
            encodeMessage({ ...header, sequence }, message, aKey),
          );
        }
      }),
    );
  });
});

const errors = [
  { name: 'nothing', hex: '', why: 'message: ends after 0 octets at offset 0' },
  { name: 'a header without authenticator', hex: start('06'), why: 'message: ends after 36 octets at offset 36' },
  {
    name: 'another magic',
    hex: `58 ${start('06').slice(2)} ${'00'.repeat(16)}`,
    why: 'message: it does not begin with HRLD at offset 0',
  },
  {
    name: 'another version',
    hex: `48524c44 02 ${start('06').slice(12)} ${'00'.repeat(16)}`,
    why: 'message: version 2 at offset 4',
  },
  { name: 'type 0', hex: body('00', ''), why: 'message: type 0 at offset 5' },
  { name: 'type 8', hex: body('08', ''), why: 'message: type 8 at offset 5' },
  {
    name: 'a shorter hello',
    hex: body('02', '00'.repeat(7)),
    why: 'message: a body of 7 octets instead of 8 at offset 43',
  },
  {
    name: 'a pulse without an interval',
    hex: body('01', '0000 03 00 00000000 0000000000000000'),
    why: 'message: the interval is zero at offset 36',
  },
  {
    name: 'a pulse without a multiplier',
    hex: body('01', '0064 00 00 00000000 0000000000000000'),
    why: 'message: the multiplier is zero at offset 38',
  },
  {
    name: 'a pulse of a time that no number holds',
    hex: body('01', '0064 03 00 00000000 0020000000000000'),
    why: 'message: no such time at offset 44',
  },
  {
    name: 'a sequence number that no number holds',
    hex: `${start('06').slice(0, -16)} 0020000000000000 ${'00'.repeat(16)}`,
    why: 'message: no such sequence number at offset 28',
  },
  { name: 'claims cut off', hex: body('07', '00'.repeat(11)), why: 'claims: the claims are cut off at offset 47' },
  { name: 'a part past the last', hex: claims('0001 0001', ''), why: 'claims: part 1 of 1 at offset 44' },
  { name: 'no parts', hex: claims('0000 0000', ''), why: 'claims: part 0 of 0 at offset 44' },
  {
    name: 'an entry cut off',
    hex: claims('0000 0001', '00 04 000000'),
    why: 'claims: an entry is cut off at offset 48',
  },
  {
    name: 'an address of 5 octets',
    hex: claims('0000 0001', '00 05 00000001 c000026400'),
    why: 'claims: an address of 5 octets at offset 49',
  },
  {
    name: 'an address cut off',
    hex: claims('0000 0001', '00 10 00000001 c0000264'),
    why: 'claims: an address is cut off at offset 54',
  },
  {
    name: 'an IPv4-mapped address',
    hex: claims('0000 0001', '00 10 00000001 00000000000000000000ffffc0000264'),
    why: 'claims: ::ffff:c000:264 as a group at offset 54',
  },
];

function body(type: string, hex: string): string {
  return `${start(type)} ${hex} ${'00'.repeat(16)}`;
}

function claims(parts: string, entries: string): string {
  return body('07', `00000001 00000000 ${parts} ${entries}`);
}

describe('what is no message', () => {
  for (const { name, hex, why } of errors) {
    test(`${name} is refused`, () => {
      assert.throws(() => decodeMessage(fromHex(hexOf(hex))), { code: 'Decode', message: `cannot decode ${why}` });
    });
  }

  test('more than a datagram is refused', () => {
    assert.throws(() => decodeMessage(new Uint8Array(1_233)), {
      message: 'cannot decode message: has 1233 octets at offset 1232',
    });
  });

  test('nothing but DecodeError comes of arbitrary octets behind a true header, or of any octets at all', () => {
    const prefix = fromHex(hexOf(start('00')));
    const arbitrary = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.uint8Array({ maxLength: 200 }), fc.boolean());
    fc.assert(
      fc.property(arbitrary, ([type, octets, hasHeader]) => {
        const bytes = hasHeader ? new Uint8Array([...prefix, ...octets]) : octets;
        if (hasHeader) bytes[5] = type;
        onlyDecodeError(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  test('nothing but DecodeError comes of a message that is cut off or has an octet changed', () => {
    fc.assert(
      fc.property(anyMessage(), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (message, cut, at, octet) => {
        const bytes = encodeMessage(header, message, aKey);
        onlyDecodeError(bytes.subarray(0, cut % bytes.length));
        bytes[at % bytes.length] = octet;
        onlyDecodeError(bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a group that is no address cannot be sent', () => {
    const entries = [{ group: 'web', epoch: 1, state: 'held' as const }];
    assert.throws(
      () => encodeMessage(header, { type: 'claims', version: 1, since: 0, part: 0, parts: 1, entries }, aKey),
      {
        message: 'cannot encode a claim: web is no address',
      },
    );
  });
});

function onlyDecodeError(bytes: Uint8Array): void {
  try {
    decodeMessage(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    assert.ok(error.offset >= 0 && error.offset <= bytes.length, error.message);
  }
}
