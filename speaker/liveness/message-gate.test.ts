import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { aHeader, aKey, anyMessage } from '../../test/support/messages.ts';
import { KeyRing, messageKeyOf } from './key-ring.ts';
import type { Message, MessageHeader } from './message.ts';
import { encodeMessage } from './message-codec.ts';
import { MessageGate } from './message-gate.ts';

const octets = new Uint8Array(32).fill(0x2a);
const otherOctets = new Uint8Array(32).fill(0x2b);
const keys = new KeyRing({ send: octets, accept: [octets] });
const leave: Message = { type: 'leave' };
const self = 'ffffffffffffffff';

/** A gate of a node with one member; `verified` are incarnations of it. */
function open(verified: readonly string[] = []): MessageGate {
  const gate = new MessageGate({ self, isVerified: (_sender, incarnation) => verified.includes(incarnation) });
  gate.setMembers([aHeader.sender]);
  return gate;
}

function sealed(overrides: Partial<MessageHeader> = {}, message = leave): Uint8Array {
  return encodeMessage({ ...aHeader, ...overrides }, message, aKey);
}

function incarnation(n: number): string {
  return n.toString(16).padStart(16, '0');
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('a datagram', () => {
  test('of a member, with a key that is accepted, passes', () => {
    const gate = open();
    assert.deepEqual(gate.admit(sealed(), keys), { header: aHeader, message: leave });
    assert.deepEqual(gate.counters(), { received: 1 });
  });

  const table: readonly { readonly name: string; readonly bytes: Uint8Array; readonly reason: string }[] = [
    { name: 'no message', bytes: new Uint8Array(52), reason: 'malformed' },
    { name: 'of another version', bytes: changed(sealed(), 4), reason: 'otherVersion' },
    { name: 'with octets missing', bytes: sealed().subarray(0, 51), reason: 'malformed' },
    {
      name: 'with some of its body missing',
      bytes: sealed({}, { type: 'hello', nonce: incarnation(1) }).subarray(0, 55),
      reason: 'notAuthentic',
    },
    {
      name: 'with a key of somebody else',
      bytes: encodeMessage(aHeader, leave, messageKeyOf(otherOctets)),
      reason: 'unknownKey',
    },
    { name: 'that names our key but was made without it', bytes: forged(), reason: 'notAuthentic' },
    { name: 'with another sender put in', bytes: changed(sealed(), 12), reason: 'notAuthentic' },
    { name: 'with another sequence put in', bytes: changed(sealed(), 35), reason: 'notAuthentic' },
    { name: 'of somebody who is no member', bytes: sealed({ sender: incarnation(9) }), reason: 'unknownSender' },
    { name: 'of this node itself', bytes: sealed({ sender: self }), reason: 'ownMessage' },
  ];
  for (const { name, bytes, reason } of table) {
    test(`${name} is counted, and not acted on`, () => {
      const gate = open();
      assert.equal(gate.admit(bytes, keys), undefined);
      assert.deepEqual(gate.counters(), { received: 0, [reason]: 1 });
    });
  }

  test('that has come before is counted, and not acted on', () => {
    const gate = open();
    gate.admit(sealed(), keys);
    assert.equal(gate.admit(sealed(), keys), undefined);
    assert.deepEqual(gate.counters(), { received: 1, replayed: 1 });
  });

  test('that was refused as a forgery does not spoil the window for the true one', () => {
    const gate = open();
    gate.admit(forged(), keys);
    assert.notEqual(gate.admit(sealed(), keys), undefined);
  });

  test('without any key in force, nothing passes', () => {
    const gate = open();
    assert.equal(gate.admit(sealed(), new KeyRing({ send: undefined, accept: [] })), undefined);
    assert.deepEqual(gate.counters(), { received: 0, unknownKey: 1 });
  });

  test('nothing but an authentic one passes, whatever octets come, and each is counted', () => {
    const gate = open();
    const forgery = fc.oneof(
      fc.uint8Array({ maxLength: 1_300 }),
      fc.tuple(anyMessage(), fc.nat(), fc.integer({ min: 1, max: 255 })).map(([message, at, flip]) => {
        const bytes = sealed({}, message);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        return bytes;
      }),
      fc.tuple(anyMessage(), fc.nat()).map(([message, cut]) => {
        const bytes = sealed({}, message);
        return bytes.subarray(0, cut % bytes.length);
      }),
      anyMessage().map((message) => encodeMessage(aHeader, message, messageKeyOf(otherOctets))),
    );
    let tried = 0;
    fc.assert(
      fc.property(forgery, (bytes) => {
        tried += 1;
        assert.equal(gate.admit(bytes, keys), undefined);
      }),
      { numRuns: 2_000 },
    );
    const { received, ...refused } = gate.counters();
    assert.equal(received, 0);
    assert.equal(
      Object.values(refused).reduce((sum, count) => sum + count, 0),
      tried,
    );
  });
});

describe('keys', () => {
  test('that are both in force, the old one and the new one, are both accepted', () => {
    const both = new KeyRing({ send: octets, accept: [octets, otherOctets] });
    const gate = open();
    assert.notEqual(gate.admit(sealed({ sequence: 1 }), both), undefined);
    const other = encodeMessage({ ...aHeader, sequence: 2 }, leave, messageKeyOf(otherOctets));
    assert.notEqual(gate.admit(other, both), undefined);
    assert.equal(both.sending?.number, aKey.number);
  });
});

describe('incarnations of a member', () => {
  test('each have a sequence of their own', () => {
    const gate = open();
    gate.admit(sealed({ incarnation: incarnation(1), sequence: 500 }), keys);
    assert.notEqual(gate.admit(sealed({ incarnation: incarnation(2), sequence: 1 }), keys), undefined);
    assert.equal(gate.admit(sealed({ incarnation: incarnation(1), sequence: 500 }), keys), undefined);
  });

  test('however many recorded ones come, what the running one sent does not pass again', () => {
    const running = sealed({ incarnation: incarnation(1), sequence: 500 });
    const gate = open([incarnation(1)]);
    gate.admit(running, keys);
    for (let n = 2; n < 100; n += 1) {
      assert.notEqual(gate.admit(sealed({ incarnation: incarnation(n) }), keys), undefined, `incarnation ${n}`);
    }
    assert.equal(gate.admit(running, keys), undefined);
  });

  test('are forgotten where there are many, so that a new one always passes', () => {
    const gate = open();
    for (let n = 1; n < 100; n += 1) gate.admit(sealed({ incarnation: incarnation(n) }), keys);
    assert.deepEqual(gate.counters(), { received: 99 });
    assert.equal(gate.admit(sealed({ incarnation: incarnation(99) }), keys), undefined);
    assert.notEqual(gate.admit(sealed({ incarnation: incarnation(1) }), keys), undefined);
  });

  test('are kept while the member is one, and not longer', () => {
    const gate = open();
    gate.admit(sealed(), keys);
    gate.setMembers([aHeader.sender, incarnation(5)]);
    assert.equal(gate.admit(sealed(), keys), undefined);
    gate.setMembers([]);
    gate.setMembers([aHeader.sender]);
    assert.notEqual(gate.admit(sealed(), keys), undefined);
  });
});

/** With the id of the key that is accepted, and an authenticator of another. */
function forged(): Uint8Array {
  const bytes = sealed();
  const foreign = encodeMessage(aHeader, leave, messageKeyOf(otherOctets));
  bytes.set(foreign.subarray(-16), bytes.length - 16);
  return bytes;
}
