import fc from 'fast-check';
import { messageKeyOf } from '../../speaker/liveness/key-ring.ts';
import type { Message, MessageHeader } from '../../speaker/liveness/message.ts';

export const aKey = messageKeyOf(new Uint8Array(32).fill(0x2a));

export const aHeader: MessageHeader = {
  sender: '0011223344556677',
  incarnation: '8899aabbccddeeff',
  sequence: 0x102,
};

const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffffffff });
const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16).padStart(16, '0'));
const octet = fc.nat({ max: 255 });
const group = fc.oneof(
  fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
  // A last group that is not zero, after one that is not: nothing in between to shorten.
  fc.nat({ max: 0xfffe }).map((last) => `2001:db8::${(last + 1).toString(16)}`),
);
const entry = record({
  group,
  epoch: u32,
  state: fc.constantFrom('held' as const, 'settling' as const, 'released' as const, 'unfit' as const),
});

/** As `fc.record`, of ordinary objects. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** Any message that a speaker could send. */
export function anyMessage(): fc.Arbitrary<Message> {
  return fc.oneof(
    record({
      type: fc.constant('pulse' as const),
      intervalMs: fc.integer({ min: 1, max: 0xffff }),
      multiplier: fc.integer({ min: 1, max: 255 }),
      leaving: fc.boolean(),
      claimsVersion: u32,
      wallMs: fc.maxSafeNat(),
    }),
    record({ type: fc.constant('hello' as const), nonce: id }),
    record({ type: fc.constant('welcome' as const), nonce: id, probationMs: u16 }),
    record({ type: fc.constantFrom('suspect' as const, 'alive' as const), target: id, targetIncarnation: id }),
    fc.constant({ type: 'leave' as const }),
    fc
      .tuple(u32, u32, fc.nat({ max: 0xfffe }), fc.integer({ min: 1, max: 0xffff }), fc.array(entry, { maxLength: 50 }))
      .map(([version, since, part, more, entries]) => ({
        type: 'claims' as const,
        version,
        since,
        part,
        parts: Math.min(0xffff, part + more),
        entries,
      })),
  );
}
