import type { DatapathEvent } from '../datapath/table.ts';
import { takeoverTexts } from './ownership-texts.ts';

export type TookOver = Extract<DatapathEvent, { type: 'tookOver' }>;

/**
 * What the event `OwnerChanged` says of a takeover; undefined where it is none: what was assigned for the first time,
 * or came back to its owner, is no change.
 */
export function ownerChangedText({ ip, group, from, reason, afterMs }: TookOver, self: string): string | undefined {
  // All addresses of a group move together: it is told once.
  if (ip !== group || from === undefined || from === self) return undefined;
  const after = afterMs === undefined ? '' : `, ${Math.round(afterMs)} ms after it was last heard`;
  return `node ${self} took over from node ${from}: ${reason} (${takeoverTexts[reason]})${after}`;
}
