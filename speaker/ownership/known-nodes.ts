import type { Standing } from '../liveness/standing.ts';

export interface NodeFacts {
  readonly standing: Standing;
  /** It sends no pulses that arrive here: what it holds is known by the API server alone. */
  readonly byLease: boolean;
  /** Since it was last heard; undefined where nobody knows. */
  readonly silentMs: number | undefined;
}

interface KnownNode {
  standing: Standing;
  byLease: boolean;
  lastHeardMs: number | undefined;
  /** When it was last found dead. */
  diedAtMs: number | undefined;
  /** Since when it has counted as `live`, without a break. */
  liveSinceMs: number | undefined;
  /** When it last came back: its probation began, or, of this node, it heard others again. */
  returnedMs: number | undefined;
}

/** How the nodes stand, as the detector tells it. BOUNDED by the table's members. */
export class KnownNodes {
  readonly #nodes = new Map<string, KnownNode>();

  /** Returns the former standing. */
  set(node: string, facts: NodeFacts, nowMs: number): Standing {
    const known = this.#nodes.get(node);
    const returns = facts.standing === 'probation' && known?.standing !== 'probation';
    const dies = facts.standing === 'dead' && known?.standing !== 'dead';
    const liveSinceMs = known?.standing === 'live' ? known.liveSinceMs : nowMs;
    // While it lived that was told with each change alone: it is out of date when it dies.
    const formerMs = dies ? undefined : known?.lastHeardMs;
    this.#nodes.set(node, {
      standing: facts.standing,
      byLease: facts.byLease,
      lastHeardMs: facts.silentMs === undefined ? formerMs : nowMs - facts.silentMs,
      diedAtMs: dies ? nowMs : known?.diedAtMs,
      liveSinceMs: facts.standing === 'live' ? liveSinceMs : undefined,
      returnedMs: returns ? nowMs : known?.returnedMs,
    });
    return known?.standing ?? 'dead';
  }

  /** It was cut off, and hears others again. */
  noteReturn(node: string, nowMs: number): void {
    const known = this.#nodes.get(node);
    if (known !== undefined) known.returnedMs = nowMs;
  }

  /** Returns the former standing. */
  remove(node: string): Standing {
    const before = this.standing(node);
    this.#nodes.delete(node);
    return before;
  }

  standing(node: string): Standing {
    return this.#nodes.get(node)?.standing ?? 'dead';
  }

  byLease(node: string): boolean {
    return this.#nodes.get(node)?.byLease ?? false;
  }

  /** Undefined where it does not live, or is on probation. */
  liveSinceMs(node: string): number | undefined {
    return this.#nodes.get(node)?.liveSinceMs;
  }

  /** For how long nothing was heard of it, where that is known. */
  silentMs(node: string, nowMs: number): number | undefined {
    const lastHeardMs = this.#nodes.get(node)?.lastHeardMs;
    return lastHeardMs === undefined ? undefined : Math.max(0, nowMs - lastHeardMs);
  }

  /** Whether it has only just come back from a death that this node saw after `sinceMs`. */
  cameBackSince(node: string, sinceMs: number): boolean {
    const known = this.#nodes.get(node);
    return known?.standing === 'probation' && known.diedAtMs !== undefined && known.diedAtMs >= sinceMs;
  }

  /** Whether it has come back after `sinceMs`, from whatever kept it away. */
  returnedSince(node: string, sinceMs: number): boolean {
    return (this.#nodes.get(node)?.returnedMs ?? Number.NEGATIVE_INFINITY) > sinceMs;
  }

  names(): readonly string[] {
    return [...this.#nodes.keys()];
  }
}
