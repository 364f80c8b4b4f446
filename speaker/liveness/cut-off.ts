/** So long the default gateway has to answer before the API server is asked, too. */
const gatewayWaitMs = 50;
const askAgainMs = 1_000;
/** So long a node that hears nobody, and has no proof that the fault is not its own, takes nothing new. */
const keepMs = 5_000;

export type CutOffQuestion = 'probeGateway' | 'askApiServer';

/**
 * `connected`: hears somebody. `noCarrier`, `returning`, `asking`: hears nobody, and may itself be what failed; while
 * `returning`, its carrier is so new that the others had no time to be heard. `trusted`: hears nobody, and the others
 * are what failed, by the evidence or because an address that nobody answers is worse than two that the next contact
 * resolves.
 */
type State = 'connected' | 'noCarrier' | 'returning' | 'asking' | 'trusted';

/**
 * A node that hears none of those it watches asks first whether it is itself cut off: without carrier it is; if the
 * default gateway or the API server answers a question that was put after the silence, it is not.
 */
export class CutOff {
  /** So long the others have, once there is a carrier again, to be heard. */
  readonly #returnMs: number;
  #state: State = 'connected';
  #carrier = true;
  #returnedMs = Number.NEGATIVE_INFINITY;
  #sinceMs = 0;
  #question: CutOffQuestion = 'probeGateway';
  #questionMs = 0;

  constructor(returnMs: number) {
    this.#returnMs = returnMs;
  }

  /** Its suspicions do not count, and it takes nothing new. */
  get isCutOff(): boolean {
    return this.#state === 'noCarrier' || this.#state === 'returning' || this.#state === 'asking';
  }

  /** It hears nobody, and is nevertheless not what failed. */
  get isTrusted(): boolean {
    return this.#state === 'trusted';
  }

  setHearsNobody(hearsNobody: boolean, nowMs: number): void {
    if (!hearsNobody) this.#state = 'connected';
    else if (this.#state === 'connected') this.#begin(nowMs);
  }

  setCarrier(carrier: boolean, nowMs: number): void {
    if (carrier === this.#carrier) return;
    this.#carrier = carrier;
    if (carrier) this.#returnedMs = nowMs;
    if (this.#state !== 'connected') this.#begin(nowMs);
  }

  /** The default gateway answered, or a member that this node does not watch said something. */
  reached(): void {
    if (this.#state === 'asking') this.#state = 'trusted';
  }

  /** What the API server said before the question tells nothing about now. */
  apiHeard(atMs: number): void {
    if (atMs >= this.#sinceMs) this.reached();
  }

  nextDeadlineMs(): number {
    if (this.#state === 'returning') return this.#returnedMs + this.#returnMs;
    return this.#state === 'asking' ? Math.min(this.#questionMs, this.#sinceMs + keepMs) : Number.POSITIVE_INFINITY;
  }

  /** What to ask now. */
  takeDue(nowMs: number): CutOffQuestion | undefined {
    if (this.nextDeadlineMs() > nowMs) return undefined;
    if (this.#state === 'returning') this.#begin(nowMs);
    if (nowMs >= this.#sinceMs + keepMs) {
      this.#state = 'trusted';
      return undefined;
    }
    const question = this.#question;
    const isGateway = question === 'probeGateway';
    this.#question = isGateway ? 'askApiServer' : 'probeGateway';
    this.#questionMs = nowMs + (isGateway ? gatewayWaitMs : askAgainMs - gatewayWaitMs);
    return question;
  }

  #begin(nowMs: number): void {
    const returning = nowMs < this.#returnedMs + this.#returnMs;
    this.#state = !this.#carrier ? 'noCarrier' : returning ? 'returning' : 'asking';
    this.#sinceMs = nowMs;
    this.#question = 'probeGateway';
    this.#questionMs = nowMs;
  }
}
