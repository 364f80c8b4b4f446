/** What speakers tell each other by UDP; `message-codec.ts` puts it on the wire. */

/** Who sent it, and where in that speaker's sequence it stands. */
export interface MessageHeader {
  /** `nodeIdOf` the sender's node. */
  readonly sender: string;
  /** Random per start of the sender, 16 hex digits. */
  readonly incarnation: string;
  /** Rises by one per message that the sender encodes, whoever receives it. */
  readonly sequence: bigint;
}

/** Sent at every interval to the watchers. */
export interface Pulse {
  readonly type: 'pulse';
  readonly intervalMs: number;
  /** So many missed pulses make the sender suspect: both ends count alike, as in BFD (RFC 5880 §6.8.4). */
  readonly multiplier: number;
  readonly leaving: boolean;
  /** Of all that the sender holds: differs when the receiver's picture of it is not true any more. */
  readonly claimsDigest: number;
  /** Unix time of the sender, ms. */
  readonly wallMs: number;
}

/** Asks a member to show that it lives now: recorded messages can't answer the nonce. */
export interface Hello {
  readonly type: 'hello';
  /** 16 hex digits. */
  readonly nonce: string;
}

export interface Welcome {
  readonly type: 'welcome';
  /** That of the hello. */
  readonly nonce: string;
  /** For so long the receiver ranks behind all others: it was away. */
  readonly probationMs: number;
}

/** A watcher has heard nothing of that member for its detection time. */
export interface Suspect {
  readonly type: 'suspect';
  /** `nodeIdOf` the member. */
  readonly target: string;
  readonly targetIncarnation: string;
}

/** A watcher hears again whom it suspected. */
export interface Alive {
  readonly type: 'alive';
  readonly target: string;
  readonly targetIncarnation: string;
}

/** The sender is about to stop. */
export interface Leave {
  readonly type: 'leave';
}

export interface ClaimEntry {
  /** First address of the group, canonical text. */
  readonly group: string;
  /** Rises with every take-over of the group. */
  readonly epoch: number;
  /** `released`: the sender can't serve it, and gave it up. */
  readonly state: 'held' | 'released';
}

/** What the sender holds, or has just let go. */
export interface Claims {
  readonly type: 'claims';
  /** The last part of an answer that names all that the sender holds. */
  readonly complete: boolean;
  readonly entries: readonly ClaimEntry[];
}

export type Message = Pulse | Hello | Welcome | Suspect | Alive | Leave | Claims;
