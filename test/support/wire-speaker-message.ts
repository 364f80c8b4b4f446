import type { PulseOptions } from '../../speaker/datapath/datapath-message.ts';
import type { DatapathEvent, DatapathTable } from '../../speaker/datapath/table.ts';

/** What a test tells a speaker's process; keys as hex digits. */
export type WireSpeakerOrder =
  | { readonly type: 'start'; readonly self: string; readonly pulses: PulseOptions }
  | { readonly type: 'table'; readonly table: DatapathTable }
  | { readonly type: 'keys'; readonly send: string | undefined; readonly accept: readonly string[] }
  | { readonly type: 'leaseRenewed'; readonly node: string }
  | { readonly type: 'apiHeard' }
  | { readonly type: 'leave' }
  | { readonly type: 'stop' }
  /** The main thread does nothing for so long. */
  | { readonly type: 'block'; readonly ms: number }
  | { readonly type: 'ip'; readonly command: string };

export type WireSpeakerReport =
  | { readonly type: 'ready' }
  | { readonly type: 'started' }
  | { readonly type: 'blocked' }
  | { readonly type: 'ipDone'; readonly output: string }
  | { readonly type: 'event'; readonly event: DatapathEvent; readonly cpuMs: number };
