import { TokenBucket } from '../shared/kube/token-bucket.ts';

export type PaceVerdict =
  | { readonly write: true }
  /** `say`: it is time to tell that something undoes what is written. */
  | { readonly write: false; readonly delayMs: number; readonly say: boolean };

/** Writes to one object at once, and how often after that. */
const writesAtOnce = 10;
const nextWriteMs = 2_000;
/** Told at once, then after this time, and after twice as long each time. */
const firstSilenceMs = 60_000;
const longestSilenceMs = 3_600_000;
/** Without a write refused for so long, the contest is over, and the next one is told at once. */
const overMs = 30_000;

/**
 * How fast one object is written. Where something undoes every write, a second load balancer controller for one, the
 * two do not race.
 */
export class WritePace {
  readonly #bucket: TokenBucket;
  #refusedMs = Number.NEGATIVE_INFINITY;
  #sayMs = Number.NEGATIVE_INFINITY;
  #silenceMs = firstSilenceMs;

  constructor(nowMs: number) {
    this.#bucket = new TokenBucket({ burst: writesAtOnce, refillMs: nextWriteMs, nowMs });
  }

  take(nowMs: number): PaceVerdict {
    if (this.#bucket.take(nowMs)) return { write: true };
    if (nowMs - this.#refusedMs > overMs) {
      this.#sayMs = nowMs;
      this.#silenceMs = firstSilenceMs;
    }
    this.#refusedMs = nowMs;
    const say = nowMs >= this.#sayMs;
    if (say) {
      this.#sayMs = nowMs + this.#silenceMs;
      this.#silenceMs = Math.min(this.#silenceMs * 2, longestSilenceMs);
    }
    return { write: false, delayMs: nextWriteMs, say };
  }
}
