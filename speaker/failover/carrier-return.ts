/**
 * A node whose carrier comes back has not heard what the others did meanwhile: it takes nothing new before they had
 * the time to say so.
 */
export class CarrierReturn {
  readonly #waitMs: number;
  #carrier = true;
  /** Undefined: nothing to wait for. */
  #untilMs: number | undefined;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  get waits(): boolean {
    return this.#untilMs !== undefined;
  }

  setCarrier(carrier: boolean, nowMs: number, hasOthers: boolean): void {
    if (carrier && !this.#carrier && hasOthers) this.#untilMs = nowMs + this.#waitMs;
    this.#carrier = carrier;
  }

  nextDeadlineMs(): number {
    return this.#untilMs ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the wait ends now; told once. */
  takeEnd(nowMs: number): boolean {
    if (nowMs < this.nextDeadlineMs()) return false;
    this.#untilMs = undefined;
    return true;
  }
}
