import { DecodeError } from '../datapath/decode-error.ts';
import { IdTexts } from './id-texts.ts';
import type { KeyRing } from './key-ring.ts';
import type { MessageHeader } from './message.ts';
import { type DecodedMessage, decodeMessage, isAuthentic, isOfOtherVersion, keyNumberOf } from './message-codec.ts';
import { ReplayWindow } from './replay-window.ts';

/** Why a datagram is not acted on. These are counted, and are metric labels. */
export type Refusal =
  /** It is no message: cut off, or what is in it makes no sense. */
  | 'malformed'
  /** Of a version or a type that this speaker does not know: while an upgrade rolls out, releases differ. */
  | 'otherVersion'
  /** Made with a key that this speaker does not have. */
  | 'unknownKey'
  | 'notAuthentic'
  /** From no member. */
  | 'unknownSender'
  /** It has come back to its sender. */
  | 'ownMessage'
  /** It was seen before, or is too old to tell. */
  | 'replayed';

/** Starts of one speaker whose messages are told apart; messages of more can only be recorded ones. */
const incarnationsPerSender = 16;

export interface GateOptions {
  /** `nodeIdOf` this node. */
  readonly self: string;
  /** Whether that incarnation of the sender has proved that it runs: its window is never dropped. */
  readonly isVerified: (sender: string, incarnation: string) => boolean;
}

/** Lets pass what is authentic, from a member, and new (RFC 4303 §3.4.3); all else is counted by its reason. */
export class MessageGate {
  readonly #options: GateOptions;
  /** By sender, then by incarnation, the first heard first. BOUNDED by the members and `incarnationsPerSender`. */
  #windows: ReadonlyMap<string, Map<string, ReplayWindow>> = new Map();
  readonly #ids = new IdTexts();
  #accepted = 0;
  readonly #refused: Record<Refusal, number> = {
    malformed: 0,
    otherVersion: 0,
    unknownKey: 0,
    notAuthentic: 0,
    unknownSender: 0,
    ownMessage: 0,
    replayed: 0,
  };

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** `nodeIdOf` all members. */
  setMembers(senders: readonly string[]): void {
    this.#windows = new Map(senders.map((sender) => [sender, this.#windows.get(sender) ?? new Map()]));
  }

  /** The message, if it may be acted on. */
  admit(bytes: Uint8Array, keys: KeyRing): DecodedMessage | undefined {
    const read = this.#read(bytes, keys);
    const refusal = typeof read === 'string' ? read : this.#refusalOf(read.header);
    if (typeof read === 'string' || refusal !== undefined) {
      this.#refused[refusal ?? 'malformed'] += 1;
      return undefined;
    }
    this.#accepted += 1;
    return read;
  }

  /** `received`, and by the reason those that were refused, as far as there are any. */
  counters(): Readonly<Record<string, number>> {
    const refused = Object.entries(this.#refused).filter(([, count]) => count > 0);
    return {
      received: this.#accepted,
      ...Object.fromEntries(refused),
    };
  }

  #read(bytes: Uint8Array, keys: KeyRing): DecodedMessage | Refusal {
    try {
      const key = keys.accepted(keyNumberOf(bytes));
      if (key === undefined) return 'unknownKey';
      return isAuthentic(bytes, key) ? decodeMessage(bytes, this.#ids) : 'notAuthentic';
    } catch (error) {
      if (error instanceof DecodeError) return isOfOtherVersion(bytes) ? 'otherVersion' : 'malformed';
      throw error;
    }
  }

  #refusalOf({ sender, incarnation, sequence }: MessageHeader): Refusal | undefined {
    if (sender === this.#options.self) return 'ownMessage';
    const windows = this.#windows.get(sender);
    if (windows === undefined) return 'unknownSender';
    const window = windows.get(incarnation) ?? new ReplayWindow();
    if (!window.accept(sequence)) return 'replayed';
    windows.set(incarnation, window);
    if (windows.size > incarnationsPerSender) this.#dropOldest(sender, windows);
    return undefined;
  }

  #dropOldest(sender: string, windows: Map<string, ReplayWindow>): void {
    for (const incarnation of windows.keys()) {
      if (this.#options.isVerified(sender, incarnation)) continue;
      windows.delete(incarnation);
      return;
    }
  }
}
