import type { LivenessMember } from '../../speaker/liveness/peers.ts';
import type { Calm } from './calm.ts';
import type { SimNode } from './node.ts';
import type { Timeline } from './timeline.ts';

/** A speaker whose Lease was deleted, in the eyes of one main thread. */
export interface Forgotten {
  readonly member: LivenessMember;
  /** It stays a candidate. */
  readonly heard: boolean;
}

interface Around {
  readonly timeline: Timeline;
  readonly calm: Calm;
  readonly nodes: ReadonlyMap<string, SimNode>;
}

/**
 * Speakers whose Leases somebody deleted, until they have others: for those main threads that had them as members they
 * stay what they were as long as they are heard (`Membership`), and are only listened to then (`SilentMembers`). Who
 * starts meanwhile does not know them; nor does who loses the API server when another one has just started know that
 * one. What comes of that is no fault. BOUNDED by the nodes.
 */
export class ForgottenSpeakers {
  readonly #around: Around;
  readonly #incarnations = new Map<string, string>();
  /** By node: those that were members in its last table. */
  readonly #known = new Map<string, ReadonlySet<string>>();
  /** By node: those that it has not heard since. */
  readonly #silent = new Map<string, Set<string>>();
  /** Nodes that run without knowing all others. */
  readonly #unaware = new Set<string>();

  constructor(around: Around) {
    this.#around = around;
  }

  /** Somebody deletes its Lease. */
  forget(name: string, incarnation: string): void {
    this.#incarnations.set(name, incarnation);
  }

  /** It has another Lease. */
  restore(name: string): void {
    this.#incarnations.delete(name);
    for (const silent of this.#silent.values()) silent.delete(name);
  }

  has(name: string): boolean {
    return this.#incarnations.has(name);
  }

  /** The node's speaker ends: it knows nobody any more, and nobody has to know it. */
  end(node: string): void {
    this.#known.delete(node);
    this.#silent.delete(node);
    this.#setUnaware(node, false);
    for (const name of this.#unaware) this.#review(name);
  }

  /** The API server goes away: what nobody has been told by now waits. */
  lose(): void {
    for (const name of this.#known.keys()) this.#review(name);
  }

  /** What the node's next table says of them; `leases`: who has one. */
  tell(node: SimNode, leases: readonly LivenessMember[]): readonly Forgotten[] {
    const known = this.#known.get(node.name) ?? new Set();
    const seen = [...this.#incarnations].flatMap(([name, incarnation]): readonly Forgotten[] => {
      const heard = this.#hears(node, name, known);
      const isMember = known.has(name) && (heard || name !== node.name);
      return isMember ? [{ member: { node: name, incarnation, takesPart: true, leaseExpired: true }, heard }] : [];
    });
    this.#known.set(node.name, new Set([...leases, ...seen.map(({ member }) => member)].map((member) => member.node)));
    this.#review(node.name);
    return seen;
  }

  #hears(node: SimNode, name: string, known: ReadonlySet<string>): boolean {
    // Whoever hears others takes itself to be heard; who is alone is missed by nobody.
    if (name === node.name) return known.size === 1 || [...known].some((one) => one !== name && node.seesLive(one));
    const silent = this.#silent.getOrInsertComputed(node.name, () => new Set());
    if (!node.seesLive(name)) silent.add(name);
    return !silent.has(name);
  }

  /** Whether another one runs, with a table of its own, that is not in this one's. */
  #review(node: string): void {
    const known = this.#known.get(node);
    const others = [...this.#known.keys()].filter((name) => name !== node && this.#around.nodes.get(name)?.runs);
    this.#setUnaware(node, known !== undefined && others.some((name) => !known.has(name)));
  }

  #setUnaware(node: string, unaware: boolean): void {
    const { calm, timeline } = this.#around;
    if (unaware === this.#unaware.has(node)) return;
    if (unaware) {
      this.#unaware.add(node);
      calm.disturb(timeline.nowMs);
    } else {
      this.#unaware.delete(node);
      calm.restore(timeline.nowMs);
    }
  }
}
