export interface CalmSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When all nodes can hear one another: neither cut nor stalled, nor in bad weather. BOUNDED by the run. */
export class Calm {
  readonly #spans: CalmSpan[] = [];
  #impairments = 0;
  #sinceMs = 0;

  /** Something keeps nodes from hearing one another. */
  disturb(nowMs: number): void {
    if (this.#impairments === 0 && nowMs > this.#sinceMs) this.#spans.push({ fromMs: this.#sinceMs, untilMs: nowMs });
    this.#impairments += 1;
  }

  /** That is over. */
  restore(nowMs: number): void {
    this.#impairments -= 1;
    if (this.#impairments === 0) this.#sinceMs = nowMs;
  }

  /** For how long it has been calm; 0 where it is not. */
  ageMs(nowMs: number): number {
    return this.#impairments > 0 ? 0 : nowMs - this.#sinceMs;
  }

  spansUntil(untilMs: number): readonly CalmSpan[] {
    return this.#impairments > 0 ? this.#spans : [...this.#spans, { fromMs: this.#sinceMs, untilMs }];
  }
}
