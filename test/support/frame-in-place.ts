import { type Frame, frameCapacity } from '../../speaker/datapath/frame.ts';
import type { FrameSink } from '../../speaker/datapath/frame-sink.ts';
import { fromHex, toHex } from './hex.ts';

/** A frame as the hot loop gets it: in a buffer that is longer, and dirty behind it. */
export function frameOf(hex: string, interfaceIndex = 2): Frame {
  const frame = emptyFrame();
  const bytes = fromHex(hex);
  new Uint8Array(frame.view.buffer).set(bytes);
  frame.length = bytes.length;
  frame.interfaceIndex = interfaceIndex;
  return frame;
}

export function emptyFrame(): Frame {
  const memory = new Uint8Array(frameCapacity).fill(0xa5);
  return { view: new DataView(memory.buffer), length: 0, interfaceIndex: 0 };
}

export function hexOf(frame: Frame): string {
  return toHex(new Uint8Array(frame.view.buffer, frame.view.byteOffset, frame.length));
}

/** Keeps what was pushed: "interface hex". */
export class RecordingSink implements FrameSink {
  readonly sent: string[] = [];
  readonly #frame = emptyFrame();

  next(): Frame {
    return this.#frame;
  }

  push(): void {
    this.sent.push(`${this.#frame.interfaceIndex} ${hexOf(this.#frame)}`);
  }
}
