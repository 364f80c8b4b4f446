import type { Libc } from './libc.ts';
import { socketType } from './linux.ts';
import { SystemCallError } from './system-call-error.ts';

/** An eventfd (man 2 eventfd): its descriptor is readable once somebody in the process has called `wake`. */
export class WakeUp {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #memory = new DataView(new ArrayBuffer(8));

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.fd = fd;
  }

  static open(libc: Libc): WakeUp {
    // EFD_NONBLOCK and EFD_CLOEXEC are the socket flags' values.
    const fd = libc.eventfd(0, socketType.nonBlocking | socketType.closeOnExec);
    if (fd < 0) throw new SystemCallError('open an eventfd', libc.errno());
    return new WakeUp(libc, fd);
  }

  /** The same one, in another thread. */
  static ofDescriptor(libc: Libc, fd: number): WakeUp {
    return new WakeUp(libc, fd);
  }

  wake(): void {
    this.#memory.setBigUint64(0, 1n, true);
    this.#libc.write(this.fd, this.#memory, 8);
  }

  /** Makes it wait again. */
  clear(): void {
    this.#libc.read(this.fd, this.#memory, 8);
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}
