import type { Libc } from './libc.ts';
import { errno, pollEvent } from './linux.ts';
import { SystemCallError } from './system-call-error.ts';

/** A descriptor that the loop waits for. */
export interface Descriptor {
  readonly fd: number;
  /** Called when there is something to read, or an error to fetch. */
  onReadable(): void;
}

/** struct pollfd { i32 fd, i16 events, i16 revents } */
const entrySize = 8;

/** poll(2) over a fixed set of descriptors. */
export class PollSet {
  readonly #libc: Libc;
  readonly #descriptors: readonly Descriptor[];
  readonly #memory: Uint8Array;
  readonly #view: DataView;

  constructor(libc: Libc, descriptors: readonly Descriptor[]) {
    this.#libc = libc;
    this.#descriptors = descriptors;
    this.#memory = new Uint8Array(new ArrayBuffer(entrySize * descriptors.length));
    this.#view = new DataView(this.#memory.buffer);
    for (const [index, descriptor] of descriptors.entries()) {
      this.#view.setInt32(entrySize * index, descriptor.fd, true);
      this.#view.setInt16(entrySize * index + 4, pollEvent.in, true);
    }
  }

  /** Waits for at most that long, then calls those that have something. */
  wait(timeoutMs: number): void {
    const ready = this.#libc.poll(this.#memory, this.#descriptors.length, timeoutMs);
    if (ready === 0) return;
    if (ready < 0) {
      const reason = this.#libc.errno();
      if (reason === errno.interrupted) return;
      throw new SystemCallError('wait for packets', reason);
    }
    for (let index = 0; index < this.#descriptors.length; index += 1) {
      if (this.#view.getInt16(entrySize * index + 6, true) !== 0) this.#descriptors[index]?.onReadable();
    }
  }
}
