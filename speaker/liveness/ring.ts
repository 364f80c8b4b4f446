import { nodeIdOf } from './node-id.ts';

/** So many watch each member, where there are so many others. */
export const watchersPerMember = 3;

/**
 * Who sends pulses to whom. Members stand in the order of their identifiers, and each sends to its successors, which
 * are its watchers. Every node with the same members comes to the same ring, and pulses cost O(members) in all.
 */
export class Ring {
  readonly #nodes: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor(nodes: Iterable<string>) {
    const entries = [...new Set(nodes)].map((node) => ({ node, id: nodeIdOf(node) }));
    entries.sort((a, b) => order(a.id, b.id) || order(a.node, b.node));
    this.#nodes = entries.map((entry) => entry.node);
    this.#positions = new Map(this.#nodes.map((node, position) => [node, position]));
  }

  get size(): number {
    return this.#nodes.length;
  }

  has(node: string): boolean {
    return this.#positions.has(node);
  }

  /** Whom that member sends its pulses to, the nearest first. */
  watchersOf(node: string): readonly string[] {
    return this.#neighbours(node, 1);
  }

  /** Whose pulses that member gets, the nearest first. */
  watchedBy(node: string): readonly string[] {
    return this.#neighbours(node, -1);
  }

  #neighbours(node: string, step: 1 | -1): readonly string[] {
    const position = this.#positions.get(node);
    if (position === undefined) return [];
    const size = this.#nodes.length;
    const neighbours: string[] = [];
    for (let distance = 1; distance <= Math.min(watchersPerMember, size - 1); distance += 1) {
      const neighbour = this.#nodes[(position + step * distance + size) % size];
      if (neighbour !== undefined) neighbours.push(neighbour);
    }
    return neighbours;
  }
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
