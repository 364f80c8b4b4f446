/** Of the interval: a pulse leaves so much sooner than an interval after the one before, at most. */
const soonerShare = 0.1;
/** Of what the next pulse is nearer than half an interval. */
const pullShare = 0.2;

/**
 * When this node's pulses are due: at each interval, or a little sooner where another's pulse has just come. Nodes that
 * hear each other thus come to send at one time (pulse-coupled oscillators, Mirollo and Strogatz 1990: who is nearer is
 * pulled more), and are woken once for all their pulses instead of once for each.
 */
export class PulseRhythm {
  readonly #intervalMs: number;
  #sentMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Infinity: there is nobody to send any to. */
  get dueMs(): number {
    return this.#dueMs;
  }

  start(nowMs: number): void {
    if (this.#dueMs === Number.POSITIVE_INFINITY) this.#dueMs = nowMs;
  }

  stop(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  /** A pulse leaves now. They keep their phase, but none are made up for after a stall. */
  sent(nowMs: number): void {
    const nextMs = this.#dueMs + this.#intervalMs;
    this.#dueMs = nextMs > nowMs ? nextMs : nowMs + this.#intervalMs;
    this.#sentMs = nowMs;
  }

  /** A pulse of another has come. */
  heard(nowMs: number): void {
    const nearerMs = this.#intervalMs / 2 - (this.#dueMs - nowMs);
    const soonestMs = this.#sentMs + (1 - soonerShare) * this.#intervalMs;
    this.#dueMs = Math.min(this.#dueMs, Math.max(nowMs, soonestMs, this.#dueMs - pullShare * nearerMs));
  }
}
