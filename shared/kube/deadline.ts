/** When something is given up, whatever it is waiting for. */
export class Deadline {
  #error: Error | undefined;
  #destroy = (_error: Error): void => undefined;
  #reject = (_error: Error): void => undefined;

  end(error: Error): void {
    this.#error ??= error;
    this.#reject(error);
    this.#destroy(error);
  }

  throwIfEnded(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Replaces what is to be called at the end. */
  onEnd(destroy: (error: Error) => void): void {
    this.#destroy = destroy;
  }

  /** Fails with the error of `end`, or ends as the work does. */
  cut<R>(work: Promise<R>): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#reject = reject;
    work.then(resolve, reject);
    if (this.#error !== undefined) reject(this.#error);
    return promise;
  }
}

/** What the signal's owner gave as a reason; that it was cancelled, where it gave none. */
export function whyCancelled(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error && reason.name !== 'AbortError' ? reason : new Error('it was cancelled');
}
