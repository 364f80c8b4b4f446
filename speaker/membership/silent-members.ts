import type { MemberFacts } from './membership.ts';

/** A partition may last; a node that is away for longer joins as a new one. */
const keepMs = 600_000;

interface Silent {
  readonly facts: MemberFacts;
  readonly sinceMs: number;
}

/**
 * Members that ceased to be any without a word: no Lease, no messages. They own nothing, and yet are listened to and
 * asked: where a partition has kept them away, it is by the first message, and not by their next renewal, that two
 * owners of an address find each other. BOUNDED by the speakers that end so within `keepMs`.
 */
export class SilentMembers {
  readonly #silent = new Map<string, Silent>();

  /** Those that take part in pulses, by node. */
  get all(): ReadonlyMap<string, MemberFacts> {
    return new Map(Array.from(this.#silent, ([node, { facts }]) => [node, facts]));
  }

  add(node: string, facts: MemberFacts, nowMs: number): void {
    if (facts.port > 0) this.#silent.set(node, { facts: { ...facts, leaseExpired: true }, sinceMs: nowMs });
  }

  /** It is a member again, or has taken its Lease away. Whether it was silent. */
  remove(node: string): boolean {
    return this.#silent.delete(node);
  }

  /** Whether any was silent for so long that it is forgotten now. */
  expire(nowMs: number): boolean {
    const over = [...this.#silent].filter(([, { sinceMs }]) => nowMs - sinceMs >= keepMs);
    for (const [node] of over) this.#silent.delete(node);
    return over.length > 0;
  }
}
