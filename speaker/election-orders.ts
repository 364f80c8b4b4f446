import { electionDigest, orderByDigest } from './election.ts';

interface Order {
  nodes: readonly string[];
  order: readonly string[];
  used: boolean;
}

/**
 * Remembers the digest order of all nodes for each address, so that a plan hashes only what is new: a Service costs
 * one digest per node once, a node about log2(nodes) digests per address. Bounded by the addresses that the last plan
 * asked for times the nodes.
 */
export class ElectionOrders {
  /** BOUNDED: `sweep` drops what was not asked for since the sweep before. */
  readonly #orders = new Map<string, Order>();
  #nodes: readonly string[] = [];

  get size(): number {
    return this.#orders.size;
  }

  /** The same array as last time, if it holds the same names in the same order. */
  nodes(names: readonly string[]): readonly string[] {
    const same = names.length === this.#nodes.length && names.every((name, index) => name === this.#nodes[index]);
    if (!same) this.#nodes = names;
    return this.#nodes;
  }

  /** `nodes` has no duplicates; the same array object means the same nodes. */
  orderOf(address: string, nodes: readonly string[]): readonly string[] {
    const known = this.#orders.get(address);
    if (known === undefined) {
      const order = orderByDigest(address, nodes);
      this.#orders.set(address, { nodes, order, used: true });
      return order;
    }
    known.used = true;
    if (known.nodes !== nodes) {
      known.order = adjust(address, known.order, nodes);
      known.nodes = nodes;
    }
    return known.order;
  }

  /** Forgets every address that was not asked for since the last sweep. */
  sweep(): void {
    for (const [address, entry] of this.#orders) {
      if (!entry.used) this.#orders.delete(address);
      entry.used = false;
    }
  }
}

function adjust(address: string, order: readonly string[], nodes: readonly string[]): readonly string[] {
  const before = new Set(order);
  const added = nodes.filter((node) => !before.has(node));
  // Above that, inserting one by one costs more than to sort anew.
  if (added.length > nodes.length / 8) return orderByDigest(address, nodes);
  const now = new Set(nodes);
  const result = order.filter((node) => now.has(node));
  for (const node of added) result.splice(placeOf(address, result, node), 0, node);
  return result;
}

function placeOf(address: string, order: readonly string[], node: string): number {
  const digest = electionDigest(node, address);
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = order[middle];
    if (other !== undefined && electionDigest(other, address) < digest) low = middle + 1;
    else high = middle;
  }
  return low;
}
