import { nodeIdOf } from './node-id.ts';

/** So many watch each member, where there are so many others. */
export const watchersPerMember = 3;

/**
 * Who sends pulses to whom. Members stand in the order of their identifiers, and each sends to its successors, which
 * are its watchers; where one of them is dead, the next one stands in. Every node with the same members comes to the
 * same ring, and pulses cost O(members) in all.
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

  /** Its next live successors, the nearest first. */
  watchersOf(node: string, isLive: (node: string) => boolean): readonly string[] {
    return this.#neighbours(node, 1, isLive).filter(isLive);
  }

  /** All that have it among their watchers, were it live, the nearest first: also the dead between them. */
  watchedBy(node: string, isLive: (node: string) => boolean): readonly string[] {
    return this.#neighbours(node, -1, isLive);
  }

  #neighbours(node: string, step: 1 | -1, isLive: (node: string) => boolean): readonly string[] {
    const position = this.#positions.get(node);
    if (position === undefined) return [];
    const size = this.#nodes.length;
    const neighbours: string[] = [];
    let live = 0;
    for (let distance = 1; distance < size && live < watchersPerMember; distance += 1) {
      const neighbour = this.#nodes[(position + step * distance + size) % size];
      if (neighbour === undefined) continue;
      neighbours.push(neighbour);
      if (isLive(neighbour)) live += 1;
    }
    return neighbours;
  }
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
