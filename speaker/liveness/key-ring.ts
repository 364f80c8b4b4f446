import type { HeldKeys } from '../datapath/table.ts';
import { maxMessageLength } from './message-codec.ts';
import { MessageKey } from './message-key.ts';

/** The keys in force: one to send with, and all that others may use, found by their id. */
export class KeyRing {
  /** Undefined: nothing can be sent. */
  readonly sending: MessageKey | undefined;
  /** BOUNDED by the roles in the Secret: three. */
  readonly #accepted: ReadonlyMap<number, MessageKey>;

  constructor({ send, accept }: HeldKeys) {
    this.sending = send === undefined ? undefined : messageKeyOf(send);
    this.#accepted = new Map(accept.map(messageKeyOf).map((key) => [key.number, key]));
  }

  /** `number`: that of the key. */
  accepted(number: number): MessageKey | undefined {
    return this.#accepted.get(number);
  }
}

export function messageKeyOf(octets: Uint8Array): MessageKey {
  return new MessageKey(octets, maxMessageLength);
}
