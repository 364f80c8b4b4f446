import type { Libc } from './libc.ts';
import { errno, socketType } from './linux.ts';
import { SystemCallError } from './system-call-error.ts';

/** A descriptor that the loop waits for. */
export interface Descriptor {
  readonly fd: number;
  /** Called when there is something to read, or an error to fetch. */
  onReadable(): void;
}

const epollIn = 1;
const epollControlAdd = 1;

const nothing = (): void => undefined;

/** struct epoll_event { u32 events, u64 data }: packed on x86-64, aligned elsewhere. */
const eventSize = process.arch === 'x64' ? 12 : 16;
const dataOffset = process.arch === 'x64' ? 4 : 8;

/** Waits for descriptors with epoll(7): unlike poll(2), a wait does not look at each of them before and after. */
export class DescriptorSet {
  readonly #libc: Libc;
  readonly #descriptors: readonly Descriptor[];
  readonly #fd: number;
  readonly #events: DataView;
  /** By index: has something. */
  readonly #ready: Uint8Array;

  constructor(libc: Libc, descriptors: readonly Descriptor[]) {
    this.#libc = libc;
    this.#descriptors = descriptors;
    this.#ready = new Uint8Array(descriptors.length);
    this.#events = new DataView(new ArrayBuffer(eventSize * descriptors.length));
    // EPOLL_CLOEXEC is SOCK_CLOEXEC's value.
    this.#fd = libc.epoll_create1(socketType.closeOnExec);
    if (this.#fd < 0) throw new SystemCallError('open an epoll set', libc.errno());
    for (const [index, descriptor] of descriptors.entries()) this.#add(index, descriptor);
  }

  #add(index: number, descriptor: Descriptor): void {
    const event = new DataView(new ArrayBuffer(eventSize));
    event.setUint32(0, epollIn, true);
    event.setUint32(dataOffset, index, true);
    if (this.#libc.epoll_ctl(this.#fd, epollControlAdd, descriptor.fd, event) === 0) return;
    const reason = this.#libc.errno();
    this.close();
    throw new SystemCallError('wait for a descriptor', reason);
  }

  /** Waits for at most that long, then calls `awake`, and those that have something, in the order in which they were given. */
  wait(timeoutMs: number, awake: () => void = nothing): void {
    const count = this.#libc.epoll_wait(this.#fd, this.#events, this.#descriptors.length, timeoutMs);
    const reason = count < 0 ? this.#libc.errno() : 0;
    awake();
    if (reason === errno.interrupted) return;
    if (count < 0) throw new SystemCallError('wait for packets', reason);
    // The kernel names them in the order in which they became ready.
    for (let slot = 0; slot < count; slot += 1) {
      this.#ready[this.#events.getUint32(eventSize * slot + dataOffset, true)] = 1;
    }
    for (let index = 0; count > 0 && index < this.#ready.length; index += 1) {
      if (this.#ready[index] === 0) continue;
      this.#ready[index] = 0;
      this.#descriptors[index]?.onReadable();
    }
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
