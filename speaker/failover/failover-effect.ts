import type { LivenessEffect } from '../liveness/liveness-effect.ts';
import type { OwnershipEffect } from '../ownership/ownership-effect.ts';

/** What the failover machine wants done, in this order. */
export type FailoverEffect =
  | Exclude<LivenessEffect, { readonly type: 'standing' | 'contact' | 'probeOwner' }>
  | OwnershipEffect
  /** Ask the node for an address that it holds (ARP or NS, unicast to its MAC): one of the group's. */
  | { readonly type: 'probeOwner'; readonly node: string; readonly group: string | undefined }
  | { readonly type: 'memberUp'; readonly node: string }
  | { readonly type: 'memberDown'; readonly node: string; readonly why: string; readonly silentMs: number | undefined };
