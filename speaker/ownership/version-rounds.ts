/** Pulses tell the neighbours on the ring which version the claims have; every so often one of the others hears it, too. */
const roundMs = 1000;
/** Nothing waits for a round: it is no reason to wake up where a pulse soon is. */
const lateMs = 150;

/** Whose turn it is to hear the version of this node's claims, though it gets no pulses of it. */
export class VersionRounds {
  #dueMs = Number.POSITIVE_INFINITY;
  #turn = 0;

  start(nowMs: number): void {
    if (this.#dueMs === Number.POSITIVE_INFINITY) this.#dueMs = nowMs + roundMs;
  }

  nextDeadlineMs(): number {
    return this.#dueMs;
  }

  /** When it is late. */
  get wakeMs(): number {
    return this.#dueMs + lateMs;
  }

  takeDue(nodes: readonly string[], nowMs: number): string | undefined {
    if (nowMs < this.#dueMs) return undefined;
    this.#dueMs = nowMs + roundMs;
    this.#turn += 1;
    return nodes[this.#turn % Math.max(1, nodes.length)];
  }
}
