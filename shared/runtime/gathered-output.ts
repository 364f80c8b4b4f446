import type { Clock } from './clock.ts';

/** Takes lines, and may keep them until it is flushed. */
export interface LineOutput {
  write(line: string): unknown;
  /** What fails is the output's own business. */
  flush(): void;
  /** Throws what fails. */
  flushSync(): void;
}

/**
 * Lets lines gather for a while in an output that keeps them, from the first of them on. Nothing is timed while there
 * is nothing to write: a flush at every interval, as sonic-boom's `periodicFlush`, wakes an idle process each time.
 */
export class GatheredOutput {
  readonly #output: LineOutput;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #gatherMs: number;
  #cancelTimer: (() => void) | undefined;

  constructor(output: LineOutput, clock: Pick<Clock, 'after'>, gatherMs: number) {
    this.#output = output;
    this.#clock = clock;
    this.#gatherMs = gatherMs;
  }

  write(line: string): void {
    this.#output.write(line);
    this.#cancelTimer ??= this.#clock.after(this.#gatherMs, () => {
      this.#cancelTimer = undefined;
      this.#output.flush();
    });
  }

  /** At once, before the process ends or where a line must not wait. */
  flushSync(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#output.flushSync();
  }
}
