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
  readonly #authenticator = new Uint8Array(digestLength);

  /** `octets`: no more than SHA-256's block has, 64. `capacity`: of what is authenticated, and what follows it. */
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

  /** HMAC-SHA256 of the first so many octets: 32, valid until the next call. */
  authenticatorOf(bytes: Uint8Array, length: number): Uint8Array {
    this.#inner.set(bytes, blockLength);
    write(sha256(this.#inner.subarray(0, blockLength + length)), this.#outer, blockLength);
    write(sha256(this.#outer), this.#authenticator, 0);
    return this.#authenticator;
  }
}

/** As text, one character for each octet: a buffer has memory of its own, which costs more than the digest. */
function sha256(content: Uint8Array): string {
  return hash('sha256', content, 'binary');
}

function write(digest: string, to: Uint8Array, start: number): void {
  for (let at = 0; at < digestLength; at += 1) to[start + at] = digest.charCodeAt(at);
}
