import type { Lease } from '../../shared/api/lease.ts';
import { parseStrictArp, type StrictArpFault, strictArpAnnotation } from '../../shared/api/strict-arp.ts';

/** A speaker that is started anew says nothing for a moment, and a report that goes would come back with an event. */
const settleMs = 30_000;

interface Known {
  readonly fault: StrictArpFault;
  /** Since when its Lease does not say it any more. */
  goneSinceMs: number | undefined;
}

/** The nodes that answer for addresses which they do not announce, by their speakers' Leases. BOUNDED by the nodes. */
export class FaultyNodes {
  readonly #known = new Map<string, Known>();
  readonly #startedMs: number;

  constructor(nowMs: number) {
    this.#startedMs = nowMs;
  }

  /** What the Leases say now, and what they said a moment ago. */
  look(leases: Iterable<Lease>, nowMs: number): ReadonlyMap<string, StrictArpFault> {
    const said = new Map<string, StrictArpFault>();
    for (const { holderIdentity, meta } of leases) {
      const fault = parseStrictArp(meta.annotations[strictArpAnnotation]);
      if (holderIdentity !== undefined && fault !== undefined) said.set(holderIdentity, fault);
    }
    for (const [node, known] of this.#known) {
      known.goneSinceMs = said.has(node) ? undefined : (known.goneSinceMs ?? nowMs);
      if (known.goneSinceMs !== undefined && nowMs - known.goneSinceMs >= settleMs) this.#known.delete(node);
    }
    for (const [node, fault] of said) this.#known.set(node, { fault, goneSinceMs: undefined });
    return new Map([...this.#known].map(([node, { fault }]) => [node, fault]));
  }

  /** How long until a node that is not said any more is forgotten. */
  nextChangeInMs(nowMs: number): number {
    const gone = [...this.#known.values()].flatMap(({ goneSinceMs }) => goneSinceMs ?? []);
    return Math.min(...gone) + settleMs - nowMs;
  }

  /** Who just came to lead does not know what was said a moment ago: so long it takes nothing back; 0 afterwards. */
  settledInMs(nowMs: number): number {
    return Math.max(0, this.#startedMs + settleMs - nowMs);
  }
}
