/** What speakers tell each other by UDP; `message-codec.ts` puts it on the wire. */

/** Who sent it, and where in that speaker's sequence it stands. */
export interface MessageHeader {
  /** `nodeIdOf` the sender's node. */
  readonly sender: string;
  /** Random per start of the sender, 16 hex digits. */
  readonly incarnation: string;
  /** Rises by one per message that the sender encodes, whoever receives it; a safe integer. */
  readonly sequence: number;
}

/** Sent at every interval to the watchers. */
export interface Pulse {
  readonly type: 'pulse';
  readonly intervalMs: number;
  /** So many missed pulses make the sender suspect: both ends count alike, as in BFD (RFC 5880 §6.8.4). */
  readonly multiplier: number;
  readonly leaving: boolean;
  /** `Claims.version` of the sender's last claims; 0: none yet. Whoever knows another one asks by `hello`. */
  readonly claimsVersion: number;
  /** Unix time of the sender, ms. */
  readonly wallMs: number;
}

/** Asks for a sign of life alone: the welcome proves nothing about incarnations, and no claims need to follow. */
export const noNonce = '0000000000000000';

/** Asks a member to show that it lives now: recorded messages can't answer the nonce. */
export interface Hello {
  readonly type: 'hello';
  /** 16 hex digits, or `noNonce`. */
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
  /** Rises with every takeover of the group. u32. */
  readonly epoch: number;
  /**
   * `settling`: held by a sender that has only just started, until one that ranks before it takes the group; `released`:
   * given up; `unfit`: the sender can't serve it, and so doesn't hold it.
   */
  readonly state: 'held' | 'settling' | 'released' | 'unfit';
}

/** Whether who claims so answers for the group. */
export function isHeld(state: ClaimEntry['state']): boolean {
  return state === 'held' || state === 'settling';
}

/** More entries than this go into several messages, so that each fits a datagram of 1,232 octets. */
export const claimEntriesPerMessage = 50;

/** How the sender's claims changed between two of their versions. */
export interface Claims {
  readonly type: 'claims';
  /** Rises by one with every change that the sender tells of, from 1. u32. */
  readonly version: number;
  /** The version to which the entries add; 0: they are all that the sender claims. u32. */
  readonly since: number;
  /** Which message of `parts` this is, from 0. u16. */
  readonly part: number;
  /** u16, at least 1. */
  readonly parts: number;
  readonly entries: readonly ClaimEntry[];
}

export type Message = Pulse | Hello | Welcome | Suspect | Alive | Leave | Claims;
