import type { Watch } from './watch.ts';

/** What the watcher is asked. Addresses of either family. */
export type WatchRequest =
  /** Ask for these from now on, each at that interval; what was seen before is forgotten. */
  | { readonly type: 'watch'; readonly addresses: readonly string[]; readonly everyMs: number }
  /** What was seen since then. */
  | { readonly type: 'report'; readonly sinceMs?: number };

export type WatchAnswer = readonly Watch[];
