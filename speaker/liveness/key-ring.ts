import { createSecretKey, type KeyObject } from 'node:crypto';
import { pulseKeyIdOf } from '../../shared/api/pulse-keys.ts';
import type { HeldKeys } from '../datapath/table.ts';

export interface MessageKey {
  /** 8 hex digits, as `pulseKeyIdOf` says. */
  readonly id: string;
  readonly secret: KeyObject;
}

/** The keys in force: one to send with, and all that others may use, found by their id. */
export class KeyRing {
  /** Undefined: nothing can be sent. */
  readonly sending: MessageKey | undefined;
  /** BOUNDED by the roles in the Secret: three. */
  readonly #accepted: ReadonlyMap<string, MessageKey>;

  constructor({ send, accept }: HeldKeys) {
    this.sending = send === undefined ? undefined : messageKeyOf(send);
    this.#accepted = new Map(accept.map(messageKeyOf).map((key) => [key.id, key]));
  }

  accepted(id: string): MessageKey | undefined {
    return this.#accepted.get(id);
  }
}

export function messageKeyOf(octets: Uint8Array): MessageKey {
  return { id: pulseKeyIdOf(octets), secret: createSecretKey(octets) };
}
