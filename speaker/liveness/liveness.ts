import type { LivenessEffect } from './liveness-effect.ts';
import type { Message, MessageHeader } from './message.ts';
import type { Standing } from './standing.ts';

/** What the table says of a speaker. */
export interface LivenessMember {
  readonly node: string;
  /** That of its Lease: it may be older than the one that runs. */
  readonly incarnation: string;
  /** Has a pulse port; others live by their Lease alone. */
  readonly takesPart: boolean;
  readonly leaseExpired: boolean;
}

export interface LivenessOptions {
  readonly self: string;
  readonly incarnation: string;
  readonly intervalMs: number;
  readonly multiplier: number;
  /** 16 hex digits, another each time. */
  readonly nonce: () => string;
  /** Unix time, for the pulses. */
  readonly wallMs: () => number;
}

/**
 * Who lives, by pulses and by Leases. Nodes by name everywhere, identifiers only in messages. `nowMs` is monotonic;
 * drain the sockets before `advance`, so that a stall of this process makes nobody suspect.
 */
export class Liveness {
  #effects: LivenessEffect[] = [];
  #members: readonly LivenessMember[] = [];
  readonly #self: string;

  constructor(options: LivenessOptions) {
    this.#self = options.self;
  }

  /** Suspects all that it watches, and has no proof yet that the fault is not its own: it may take nothing new. */
  get cutOff(): boolean {
    return false;
  }

  /** All members, with or without self. */
  setMembers(members: readonly LivenessMember[], _nowMs: number): void {
    this.#members = members;
  }

  /** A message that is authentic and no replay. Claims only count as a sign of life. */
  receive(_header: MessageHeader, _message: Message, _nowMs: number): void {
    this.#effects = [];
  }

  /** Whether that incarnation of the sender (`nodeIdOf`) has proved that it runs now; others' claims do not count. */
  isVerified(_sender: string, _incarnation: string): boolean {
    return false;
  }

  /** Asks a member to prove that it lives: it answers, and `contact` follows here and there. */
  ask(_node: string, _nowMs: number): void {
    this.#effects = [];
  }

  /** The node answered the probe of an address that it holds. */
  ownerAnswered(_node: string, _nowMs: number): void {
    this.#effects = [];
  }

  gatewayAnswered(_nowMs: number): void {
    this.#effects = [];
  }

  /** The API server answered something that was asked at that time or later. */
  apiHeard(_atMs: number): void {
    this.#effects = [];
  }

  /** Whether any interface that serves addresses has a carrier. */
  setCarrier(_carrier: boolean, _nowMs: number): void {
    this.#effects = [];
  }

  leaseRenewed(_node: string, _atMs: number): void {
    this.#effects = [];
  }

  /** Without keys there are no pulses: all live by their Leases. */
  setEnabled(_keysPresent: boolean, _nowMs: number): void {
    this.#effects = [];
  }

  /** `claimsDigest` of the next pulses. */
  setClaimsDigest(_digest: number): void {
    this.#effects = [];
  }

  /** This speaker is about to stop. */
  leave(_nowMs: number): void {
    this.#effects = [];
  }

  /** Of self, too; a node that is no member is dead. */
  standing(node: string): Standing {
    const member = this.#members.find((one) => one.node === node);
    return node === this.#self || member?.leaseExpired === false ? 'live' : 'dead';
  }

  /** Whether messages get through. */
  contact(_node: string): boolean {
    return false;
  }

  nextDeadlineMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Does what is due. */
  advance(_nowMs: number): void {
    this.#effects = [];
  }

  takeEffects(): readonly LivenessEffect[] {
    return this.#effects;
  }
}
