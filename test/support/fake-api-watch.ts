import type { WatchEvent } from '../../shared/kube/api-client.ts';

/** One open watch of the fake API server: events are queued until the reader takes them. */
export class FakeApiWatch implements AsyncIterableIterator<WatchEvent> {
  readonly #queue: WatchEvent[] = [];
  readonly #onClose: (watch: FakeApiWatch) => void;
  #waiting: PromiseWithResolvers<IteratorResult<WatchEvent>> | undefined;
  #ended = false;
  #error: unknown;

  constructor(signal: AbortSignal, onClose: (watch: FakeApiWatch) => void) {
    this.#onClose = onClose;
    if (signal.aborted) this.end();
    else signal.addEventListener('abort', () => this.end(), { once: true });
  }

  push(event: WatchEvent): void {
    if (this.#ended) return;
    if (this.#waiting === undefined) this.#queue.push(event);
    else this.#take()?.resolve({ done: false, value: event });
  }

  /** The server ends the watch in good order. */
  end(): void {
    this.#ended = true;
    this.#onClose(this);
    this.#take()?.resolve({ done: true, value: undefined });
  }

  /** The connection breaks; what is queued is still read first. */
  fail(error: unknown): void {
    this.#ended = true;
    this.#onClose(this);
    const waiting = this.#take();
    if (waiting === undefined) this.#error = error;
    else waiting.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<WatchEvent>> {
    const event = this.#queue.shift();
    if (event !== undefined) return { done: false, value: event };
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    if (this.#ended) return { done: true, value: undefined };
    this.#waiting = Promise.withResolvers<IteratorResult<WatchEvent>>();
    return this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<WatchEvent>> {
    this.end();
    return { done: true, value: undefined };
  }

  #take(): PromiseWithResolvers<IteratorResult<WatchEvent>> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
