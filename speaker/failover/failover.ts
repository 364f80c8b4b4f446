import type { LivenessMember } from '../liveness/liveness.ts';
import type { Message, MessageHeader } from '../liveness/message.ts';
import type { Failback, OwnedGroup } from '../ownership/owned-group.ts';
import type { FailoverEffect } from './failover-effect.ts';

export interface FailoverOptions {
  /** This node's name. */
  readonly self: string;
  readonly incarnation: string;
  readonly intervalMs: number;
  readonly multiplier: number;
  readonly failback: Failback;
  /** 16 random hex digits. */
  readonly nonce: () => string;
}

/** What the failover machine is told, and what it knows. All times are ms of one monotonic clock. */
export interface FailoverMachine {
  /** The table: members (this node may be among them) and the groups that this node may own or holds. */
  setTable(members: readonly LivenessMember[], groups: readonly OwnedGroup[], nowMs: number): void;
  /** Links changed: which groups this node has an interface for is another (`OwnedGroup.able`). Carrier: any link's. */
  setLinks(able: ReadonlyMap<string, boolean>, carrier: boolean, nowMs: number): void;
  /** Whether there are keys to sign pulses with. */
  setEnabled(keysPresent: boolean, nowMs: number): void;
  /** A message that is authentic and no replay. */
  receive(header: MessageHeader, message: Message, nowMs: number): void;
  ownerAnswered(node: string, nowMs: number): void;
  gatewayAnswered(nowMs: number): void;
  apiHeard(nowMs: number): void;
  leaseRenewed(node: string, nowMs: number): void;
  /** The first announcement of a group that was taken has been sent. */
  announced(group: string, nowMs: number): void;
  /** This node is about to stop: others take over, then `drained` comes. */
  leave(nowMs: number): void;
  /** Gives everything up at once. */
  stop(nowMs: number): void;
  /** Whether that incarnation of the sender (`nodeIdOf`) has proved that it runs now. */
  isVerified(sender: string, incarnation: string): boolean;
  isLive(node: string): boolean;
  holds(group: string): boolean;
  nextDeadlineMs(): number;
  advance(nowMs: number): void;
  takeEffects(): readonly FailoverEffect[];
}
