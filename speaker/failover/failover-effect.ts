import type { LivenessEffect } from '../liveness/liveness-effect.ts';
import type { StandingReason } from '../liveness/standing.ts';
import type { OwnershipEffect } from '../ownership/ownership-effect.ts';

/** What the failover machine wants done, in this order. */
export type FailoverEffect =
  | Exclude<LivenessEffect, { readonly type: 'standing' | 'contact' | 'cutOff' | 'probeOwner' }>
  | Exclude<OwnershipEffect, { readonly type: 'ask' }>
  /** Ask the node for an address that it holds (ARP or NS, unicast to its MAC): one of the group's, where that is known. */
  | { readonly type: 'probeOwner'; readonly node: string; readonly group: string | undefined }
  | { readonly type: 'memberUp'; readonly node: string; readonly why: StandingReason }
  | {
      readonly type: 'memberDown';
      readonly node: string;
      readonly why: StandingReason;
      /** Since it was last heard; undefined where it never was. */
      readonly silentMs: number | undefined;
    };
