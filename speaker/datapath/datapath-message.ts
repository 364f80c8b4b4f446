import type { Failback } from '../ownership/owned-group.ts';
import type { AnnouncerOptions } from './announcer.ts';
import type { PackedTable } from './packed-table.ts';
import type { DatapathEvent, DatapathTable, HeldKeys } from './table.ts';

/**
 * What main's handle sends to the datapath thread; the eventfd says that something was sent. `agoMs` is how long ago,
 * since the threads' clocks begin at different times.
 */
export type MessageToThread =
  | { readonly type: 'table'; readonly table: PackedTable }
  | { readonly type: 'keys'; readonly keys: HeldKeys }
  /** A member's Lease was seen to change. */
  | { readonly type: 'leaseRenewed'; readonly node: string; readonly agoMs: number }
  /** The API server answered what it was asked then. */
  | { readonly type: 'apiHeard'; readonly agoMs: number }
  /** This speaker is about to stop: others take over, then `drained` comes. */
  | { readonly type: 'leave' }
  | { readonly type: 'stop' };

/** What main's handle sends, but for what concerns the thread itself. */
export type Instruction =
  | { readonly type: 'table'; readonly table: DatapathTable }
  | Exclude<MessageToThread, { readonly type: 'table' | 'stop' | 'keys' }>;

/** How this speaker takes part in pulses. */
export interface PulseOptions {
  /** Of this start, 16 hex digits; its Lease says the same. */
  readonly incarnation: string;
  /** This node's: its pulses come from there, and those of the others go to there. '' where it is not known. */
  readonly address: string;
  /** UDP; 0 for none. */
  readonly port: number;
  readonly intervalMs: number;
  /** So many missed pulses make it suspect. */
  readonly multiplier: number;
  readonly failback: Failback;
}

/** Without a port members live by their Leases alone. */
export const leasesAlone: PulseOptions = {
  incarnation: '0000000000000000',
  address: '',
  port: 0,
  intervalMs: 100,
  multiplier: 3,
  failback: 'never',
};

/** What the thread sends back: that it serves, and then events in batches. */
export type MessageFromThread =
  | { readonly type: 'started' }
  | { readonly type: 'events'; readonly events: readonly DatapathEvent[] };

/** What the thread is started with, beside its port. */
export interface ThreadOptions {
  readonly wakeUpDescriptor: number;
  /** This node's name. */
  readonly self: string;
  readonly announcer: AnnouncerOptions;
  readonly pulses: PulseOptions;
}
