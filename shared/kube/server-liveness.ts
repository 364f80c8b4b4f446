import type { Clock } from '../runtime/clock.ts';

/** Silence after which the server is asked whether it lives. */
const silenceMs = 15_000;

export interface ServerLivenessOptions {
  readonly clock: Clock;
  /** Asks the server for anything, on a connection of its own; fails within 10 s when there is no answer. */
  readonly probe: () => Promise<void>;
}

/**
 * Finds a server that keeps its connections open and says nothing: hung, stopped, or behind a proxy that lost it. While
 * anything is watched and nothing was heard from the server for 15 s, on any connection, it is probed; a probe without
 * answer loses all watches, so at most 25 s after the last byte. Where a process renews a Lease every few seconds, no
 * probe is ever sent. A single connection whose peer vanished is the kernel's to find (`keepWatchOver`).
 */
export class ServerLiveness {
  readonly #options: ServerLivenessOptions;
  /** One per open watch. */
  readonly #watches = new Set<(error: unknown) => void>();
  #heardMs = Number.NEGATIVE_INFINITY;
  #state: 'idle' | 'waiting' | 'probing' = 'idle';
  #cancelTimer = (): void => undefined;

  constructor(options: ServerLivenessOptions) {
    this.#options = options;
  }

  /** Clock time of the last byte from the server; -Infinity before the first. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** To be called for whatever comes from the server. */
  heard(): void {
    this.#heardMs = this.#options.clock.now();
  }

  /** Calls back once when the server is found dead; the returned function ends that. */
  watch(onLost: (error: unknown) => void): () => void {
    this.#watches.add(onLost);
    if (this.#state === 'idle') this.#schedule();
    return () => {
      this.#watches.delete(onLost);
      if (this.#watches.size === 0 && this.#state === 'waiting') this.#idle();
    };
  }

  #schedule(): void {
    const { clock } = this.#options;
    this.#state = 'waiting';
    const silentForMs = Math.max(0, clock.now() - this.#heardMs);
    this.#cancelTimer = clock.after(Math.max(0, silenceMs - silentForMs), () => void this.#check());
  }

  #idle(): void {
    this.#cancelTimer();
    this.#state = 'idle';
  }

  async #check(): Promise<void> {
    const { clock, probe } = this.#options;
    this.#state = 'probing';
    if (clock.now() - this.#heardMs >= silenceMs) {
      try {
        await probe();
        this.heard();
      } catch (error) {
        const lost = [...this.#watches];
        this.#watches.clear();
        for (const lose of lost) lose(error);
      }
    }
    if (this.#watches.size > 0) this.#schedule();
    else this.#idle();
  }
}
