import { type AnnounceReason, announceReasonTexts } from '../../shared/api/reasons.ts';
import type { DatapathEvent } from '../datapath/table.ts';
import { giveUpTexts, takeoverTexts } from './ownership-texts.ts';

export type GaveUp = Extract<DatapathEvent, { type: 'gaveUp' }>;
export type TookOver = Extract<DatapathEvent, { type: 'tookOver' }>;

export interface TakeoverView {
  /** This node, which took over. */
  readonly self: string;
  /** Why this node's plan passes the former owner over, where it does. */
  readonly whyNotFrom: AnnounceReason | undefined;
}

/**
 * What the event `OwnerChanged` says of a takeover; undefined where it is none: what was assigned for the first time,
 * or came back to its owner, is no change.
 */
export function ownerChangedText(
  { ip, group, from, reason, afterMs }: TookOver,
  { self, whyNotFrom }: TakeoverView,
): string | undefined {
  // All addresses of a group move together: it is told once.
  if (ip !== group || from === undefined || from === self) return undefined;
  const after = afterMs === undefined ? '' : `, ${Math.round(afterMs)} ms after it was last heard`;
  const because =
    reason === 'ownerNotCandidate' && whyNotFrom !== undefined
      ? `, ${whyNotFrom}: ${announceReasonTexts[whyNotFrom]}`
      : '';
  return `node ${self} took over from node ${from}: ${reason} (${takeoverTexts[reason]}${because})${after}`;
}

/**
 * What the event `OwnerChanged` says where two nodes held an address at a time and this one gives way; undefined where
 * it hands over in order, which the other one tells. `group`: the first address of its group, where that is known.
 */
export function ownerYieldedText(
  { ip, reason }: GaveUp,
  { self, group = ip }: { readonly self: string; readonly group: string | undefined },
): string | undefined {
  return reason === 'claimedByOther' && ip === group
    ? `node ${self} gave it up: ${reason} (${giveUpTexts[reason]})`
    : undefined;
}
