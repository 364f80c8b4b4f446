import type { ObjectKey } from '../../shared/api/object-meta.ts';

/** While an address moves, two nodes may answer for it: the one that keeps it stays silent for so long. */
const contestMs = 1_000;

interface Foreign {
  readonly node: string;
  /** When it was seen, Unix ms. */
  readonly seenMs: number;
}

/**
 * What other nodes report about Services. A report that came after this node took the address is that of a newer owner,
 * as a rule: this node is about to give up, and must not write its own name over it. Where it does not give up, the
 * other one was wrong.
 */
export class ForeignReports {
  readonly #self: string;
  /** BOUNDED by the ServiceL2Status objects. */
  readonly #foreign = new Map<ObjectKey, Foreign>();

  constructor(self: string) {
    this.#self = self;
  }

  /** `node`: whom the report of that Service names; '' for nobody. */
  see(service: ObjectKey, node: string, wallMs: number): void {
    if (node === this.#self || node === '') this.#foreign.delete(service);
    else if (this.#foreign.get(service)?.node !== node) this.#foreign.set(service, { node, seenMs: wallMs });
  }

  /** How long this node, which holds the Service's address since `sinceMs` (Unix), leaves the report as it is. */
  restMs(
    service: ObjectKey,
    own: { readonly sinceMs: number; readonly reporters: readonly string[]; readonly wallMs: number },
  ): number {
    const foreign = this.#foreign.get(service);
    if (foreign === undefined || foreign.seenMs < own.sinceMs || !own.reporters.includes(foreign.node)) return 0;
    const agoMs = own.wallMs - foreign.seenMs;
    // A clock that was set back does not make it wait.
    return agoMs < 0 ? 0 : Math.max(0, contestMs - agoMs);
  }
}
