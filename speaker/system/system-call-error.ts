import { getSystemErrorName } from 'node:util';

/** A system call that failed, and that its caller can't do without. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code = 'SystemCall';
  /** As in `man 3 errno`. */
  readonly errno: number;

  constructor(purpose: string, errno: number) {
    super(`cannot ${purpose}: ${errno === 0 ? 'no reason given' : getSystemErrorName(-errno)}`);
    this.errno = errno;
  }
}
