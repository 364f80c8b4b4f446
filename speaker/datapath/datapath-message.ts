import type { AnnouncerOptions } from './announcer.ts';
import type { DatapathEvent, DatapathTable } from './table.ts';

/** What main's handle sends to the datapath thread; the eventfd says that something was sent. */
export type MessageToThread = { readonly type: 'table'; readonly table: DatapathTable } | { readonly type: 'stop' };

/** What the thread sends back: that it serves, and then events in batches. */
export type MessageFromThread =
  | { readonly type: 'started' }
  | { readonly type: 'events'; readonly events: readonly DatapathEvent[] };

/** What the thread is started with, beside its port. */
export interface ThreadOptions {
  readonly wakeUpDescriptor: number;
  readonly announcer: AnnouncerOptions;
}
