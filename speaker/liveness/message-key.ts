import { hash } from 'node:crypto';
import { pulseKeyIdOf } from '../../shared/api/pulse-keys.ts';

/** Of SHA-256. */
const blockLength = 64;
const digestLength = 32;

/**
 * A key that messages are authenticated with. HMAC is worked out by its definition, from two hashes in one call each:
 * `createHmac` costs twice as much where it is called some times a second, as pulses are, and its code is never warm.
 */
export class MessageKey {
  /** What `pulseKeyIdOf` says, as a number: u32. */
  readonly number: number;
  /** K xor ipad, and room for what is authenticated (RFC 2104 §2). */
  readonly #inner: Uint8Array;
  /** K xor opad, and room for the inner digest. */
  readonly #outer: Uint8Array;

  /** `octets`: no more than SHA-256's block has, 64. `capacity`: what is authenticated has no more. */
  constructor(octets: Uint8Array, capacity: number) {
    if (octets.length > blockLength) throw new RangeError(`cannot use a key of ${octets.length} octets`);
    this.number = Number.parseInt(pulseKeyIdOf(octets), 16);
    this.#inner = new Uint8Array(blockLength + capacity).fill(0x36, 0, blockLength);
    this.#outer = new Uint8Array(blockLength + digestLength).fill(0x5c, 0, blockLength);
    for (const [at, octet] of octets.entries()) {
      this.#inner[at] = 0x36 ^ octet;
      this.#outer[at] = 0x5c ^ octet;
    }
  }

  /** HMAC-SHA256, 32 octets. */
  authenticatorOf(content: Uint8Array): Uint8Array {
    this.#inner.set(content, blockLength);
    const digest = hash('sha256', this.#inner.subarray(0, blockLength + content.length), 'buffer');
    this.#outer.set(digest, blockLength);
    return hash('sha256', this.#outer, 'buffer');
  }
}
