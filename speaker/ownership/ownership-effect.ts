import type { GiveUpReason, TakeoverReason } from '../datapath/table.ts';
import type { Claims } from '../liveness/message.ts';

/** What the ownership machine wants done, in this order. */
export type OwnershipEffect =
  /** Answer for the group and announce it; `Ownership.announced` once its first announcement has been sent. */
  | {
      readonly type: 'take';
      readonly group: string;
      readonly reason: TakeoverReason;
      /** Who held it before, where that is known. */
      readonly from: string | undefined;
      /** Since the former owner was last heard; undefined where it lives or there was none. */
      readonly afterMs: number | undefined;
      /** Another node claims it, hears this one, and goes on answering until it is claimed here. */
      readonly answered?: boolean;
    }
  /** Answer no more. */
  | { readonly type: 'giveUp'; readonly group: string; readonly reason: GiveUpReason }
  /** Another node announced it meanwhile: tell the neighbours again. */
  | { readonly type: 'announceAgain'; readonly group: string }
  /** `to`: names of nodes. */
  | { readonly type: 'send'; readonly to: readonly string[]; readonly message: Claims }
  /** Its claims are not known in full: it is to be asked for all of them. */
  | { readonly type: 'ask'; readonly node: string }
  /** After `leave`: nothing is held any more that another node could take. */
  | { readonly type: 'drained' };
