import type { Frame } from './frame.ts';

/** Takes frames to be sent. A frame is written into what `next` gives, and leaves once `push` is called. */
export interface FrameSink {
  /** The same frame until it is pushed; what it held before is still in it. */
  next(): Frame;
  push(): void;
}

/** Where each protocol's frames go. */
export interface FrameSinks {
  readonly arp: FrameSink;
  readonly ndp: FrameSink;
}
