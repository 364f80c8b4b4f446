import { hash } from 'node:crypto';
import type { Secret } from './secret.ts';

/** The Secret that holds what speakers authenticate their messages with. */
export const pulseKeySecretName = 'herald-pulse-key';

/** On that Secret. A rotation is asked for by a value of `rotate` that differs from that of `rotated`. */
export const pulseKeyAnnotations = {
  rotate: 'herald/rotate',
  /** The request under way. */
  rotating: 'herald/rotating',
  /** The last request that was carried out. */
  rotated: 'herald/rotated',
} as const;

/** On a speaker's Lease: ids of the keys that it accepts, comma-separated. */
export const heldKeysAnnotation = 'herald/keys';

/** As long as the HMAC's output: longer ones add nothing (RFC 2104 §3). */
export const pulseKeyOctets = 32;

/** The keys of the Secret, by the role that its `data` gives them. */
export interface PulseKeys {
  /** Senders use it. */
  readonly current: Uint8Array;
  /** About to become current. */
  readonly next: Uint8Array | undefined;
  /** Was current until lately. */
  readonly previous: Uint8Array | undefined;
}

export type ReadPulseKeys =
  | { readonly readable: true; readonly keys: PulseKeys }
  | { readonly readable: false; readonly why: string };

export function readPulseKeys({ data }: Secret): ReadPulseKeys {
  const current = decode(data['current']);
  const next = decode(data['next']);
  const previous = decode(data['previous']);
  if (current === undefined) return { readable: false, why: 'data.current is missing' };
  for (const [name, key] of Object.entries({ current, next, previous })) {
    if (key !== undefined && key.length !== pulseKeyOctets) {
      return { readable: false, why: `data.${name} has ${key.length} octets instead of ${pulseKeyOctets}` };
    }
  }
  return { readable: true, keys: { current, next, previous } };
}

/** Names a key without telling it: the first 4 octets of its SHA-256, 8 hex digits. */
export function pulseKeyIdOf(key: Uint8Array): string {
  return hash('sha256', key, 'hex').slice(0, 8);
}

/** What is no base64 comes out as something too short, and is refused for that. */
function decode(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
}
