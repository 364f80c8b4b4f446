import type { AddressInUse } from '../../shared/api/address-in-use.ts';
import type { Standing } from '../liveness/standing.ts';

/** What the main thread tells the datapath thread: always whole, never a partial update. */

export interface Member {
  readonly node: string;
  /** Where its pulses come from and go to. */
  readonly address: string;
  readonly port: number;
  /** Random per start of the speaker, hex. */
  readonly incarnation: string;
  /** Those of its interfaces (Lease annotation `herald/macs`): no conflict while an address moves between speakers. */
  readonly macs: readonly string[];
  /** Its Lease was not renewed in time; it is a member as long as it is heard. */
  readonly leaseExpired: boolean;
}

export interface VipInterface {
  readonly index: number;
  /** aa:bb:cc:dd:ee:ff; the thread's own netlink view is newer and wins. */
  readonly mac: string;
}

export interface Vip {
  /** Canonical text. */
  readonly ip: string;
  /** ObjectKey of the Service (the first by name where several share the address). */
  readonly service: string;
  /** The first address of its group by canonical order: all addresses of a group move together. */
  readonly group: string;
  /** The node that says so in the Service's ServiceL2Status. */
  readonly holder: string | undefined;
  /** On which of this node's interfaces it is answered. */
  readonly interfaces: readonly VipInterface[];
  /** Nodes that may own it, best first. The owner is the first that lives. */
  readonly candidates: readonly string[];
  /** Its pool asks to probe before the first announcement (`conflictCheck`), and no report says that there was one. */
  readonly check?: boolean;
}

export interface DatapathTable {
  readonly version: number;
  /** This node's name. */
  readonly self: string;
  readonly members: readonly Member[];
  readonly vips: readonly Vip[];
}

/** A link as netlink tells it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: string;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly loopback: boolean;
  /** IFF_NOARP. */
  readonly noArp: boolean;
  /** Index of the bridge or bond it belongs to; 0 for none. */
  readonly master: number;
  readonly addresses: readonly string[];
}

/**
 * Why this node now owns an address: the only candidate, or the first of them, where nobody held it; the one that held
 * it before (`heldBefore`); its owner does not live, is about to stop, said that it can't serve it or is no candidate
 * any more; this node ranks first and the policy or a changed preference wants that (`preferred`), or its owner had
 * only just started, as this node has (`placedByRank`); who should have taken it did not (`nobodyTookIt`).
 */
export type TakeoverReason =
  | 'onlyCandidate'
  | 'firstCandidate'
  | 'heldBefore'
  | 'ownerNotLive'
  | 'ownerLeaving'
  | 'ownerUnfit'
  | 'ownerNotCandidate'
  | 'preferred'
  | 'placedByRank'
  | 'nobodyTookIt';

/**
 * Why this node no longer owns an address that it owned; `takenOver`: another one took it in order, and this node does
 * not know why yet; `claimedByOther`: two owned it, and the other keeps it.
 */
export type GiveUpReason =
  | 'addressRemoved'
  | 'notCandidate'
  | 'betterCandidateLive'
  | 'noInterface'
  | 'takenOver'
  | 'claimedByOther'
  | 'stopping';

/** What speakers authenticate their messages with. */
export interface HeldKeys {
  /** Undefined while this speaker has none: then there are no pulses. */
  readonly send: Uint8Array | undefined;
  /** All that others may use, that to send with among them. */
  readonly accept: readonly Uint8Array[];
}

/** What the datapath thread tells the main thread; `atMs` is Unix time. */
export type DatapathEvent =
  | { readonly type: 'links'; readonly links: readonly Link[] }
  | {
      readonly type: 'tookOver';
      readonly ip: string;
      readonly service: string;
      readonly group: string;
      readonly reason: TakeoverReason;
      /** Who held it before, where that is known. */
      readonly from: string | undefined;
      /** Since that one was last heard; undefined where it lives or there was none. */
      readonly afterMs: number | undefined;
      readonly atMs: number;
    }
  | {
      readonly type: 'gaveUp';
      readonly ip: string;
      readonly service: string;
      readonly reason: GiveUpReason;
      readonly atMs: number;
    }
  | {
      readonly type: 'conflict';
      readonly ip: string;
      readonly service: string;
      readonly mac: string;
      readonly link: string;
    }
  /** All addresses that were to be announced and that other machines use, whenever that changes. */
  | { readonly type: 'addressesInUse'; readonly addresses: readonly AddressInUse[] }
  | { readonly type: 'memberUp'; readonly node: string; readonly why: string }
  | {
      readonly type: 'memberDown';
      readonly node: string;
      readonly why: string;
      /** Since it was last heard; undefined where it never was. */
      readonly silentMs: number | undefined;
    }
  /** A member renews its Lease while its pulses do not come: until they do, it goes by the Lease. */
  | { readonly type: 'pulsesBlocked'; readonly node: string; readonly blocked: boolean }
  /** This node's address or port for pulses can't be had: until it can, all live by their Leases. Tried each second. */
  | { readonly type: 'pulsePortFailed'; readonly why: string }
  /** The routes can't be read, so that no default gateway can be asked whether this node is cut off. */
  | { readonly type: 'gatewaysUnknown'; readonly why: string }
  /** The thread did not run when it was due, for so long that others may have taken this node for dead. */
  | { readonly type: 'stalled'; readonly times: number; readonly longestMs: number }
  /** Is the API server there? Answered with `apiHeard`. */
  | { readonly type: 'askApiServer' }
  /** After `leave`: nothing is held any more that another node could take. */
  | { readonly type: 'drained' }
  | { readonly type: 'tableApplied'; readonly version: number }
  | {
      readonly type: 'tick';
      /** Since the start. */
      readonly counters: Readonly<Record<string, number>>;
      /** Members, this node among them, by their standing. */
      readonly standings: Readonly<Partial<Record<Standing, number>>>;
    };
