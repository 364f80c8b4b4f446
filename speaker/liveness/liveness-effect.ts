import type { Message } from './message.ts';
import type { Standing, StandingReason } from './standing.ts';

/** What liveness wants to be done, or to be known. */
export type LivenessEffect =
  | {
      readonly type: 'send';
      /** Nodes. Encode it once for all of them. */
      readonly to: readonly string[];
      readonly message: Message;
    }
  /** ARP request or neighbour solicitation, unicast to that node, for an address that it holds. */
  | { readonly type: 'probeOwner'; readonly node: string }
  | { readonly type: 'probeGateway' }
  | { readonly type: 'askApiServer' }
  | StandingEffect
  /** Whether this node is cut off, and may not take anything new. */
  | { readonly type: 'cutOff'; readonly cutOff: boolean }
  /** Whether a member renews its Lease while its pulses do not come. */
  | { readonly type: 'pulsesBlocked'; readonly node: string; readonly blocked: boolean }
  /** Verified, or heard again after a silence, or it has asked anew: tell it what this node holds. */
  | { readonly type: 'contact'; readonly node: string };

/** How a member, or this node, stands from now on. */
export interface StandingEffect {
  readonly type: 'standing';
  readonly node: string;
  readonly standing: Standing;
  readonly why: StandingReason;
  /** Since it was last heard; undefined where it never was. */
  readonly silentMs: number | undefined;
}
