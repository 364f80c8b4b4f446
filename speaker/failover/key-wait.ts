/** A speaker that starts waits so long for its keys before it goes by the Leases. */
const patienceMs = 1000;

/** Whether this node waits for the keys of messages: until they are there it can't know what the others hold. */
export class KeyWait {
  readonly #awaited: boolean;
  #untilMs = Number.POSITIVE_INFINITY;
  #present = false;
  #alone = true;

  /** Not `awaited`: no keys will come. */
  constructor(awaited: boolean) {
    this.#awaited = awaited;
  }

  /** There is a table. Who is alone in it has nobody to agree with. */
  setTable(alone: boolean, nowMs: number): void {
    this.#alone = alone;
    if (this.#untilMs === Number.POSITIVE_INFINITY) this.#untilMs = nowMs + patienceMs;
  }

  setPresent(present: boolean): void {
    this.#present = present;
  }

  waits(nowMs: number): boolean {
    return this.#awaited && !this.#present && !this.#alone && nowMs < this.#untilMs;
  }

  /** `nowMs`: when it was last looked at. */
  nextDeadlineMs(nowMs: number): number {
    return this.waits(nowMs) ? this.#untilMs : Number.POSITIVE_INFINITY;
  }
}
