import type { DatapathTable, Vip } from './table.ts';

/**
 * A table on its way to the thread, which copies it while it answers nobody: with each candidate as a number. In full, a
 * hundred nodes make a million names of ten thousand addresses.
 */
export interface PackedTable extends Omit<DatapathTable, 'vips'> {
  readonly vips: readonly Omit<Vip, 'candidates'>[];
  /** Names of all candidates. */
  readonly nodes: readonly string[];
  /** For each address in turn how many candidates it has, and their places among `nodes`. */
  readonly candidates: Uint32Array;
}

/** Members come first among the names: their places stay the same, whatever changes of the addresses. */
export function packTable({ vips, ...others }: DatapathTable): PackedTable {
  const places = new Map<string, number>();
  for (const { node } of others.members) places.getOrInsert(node, places.size);
  const packed = new Uint32Array(vips.reduce((sum, { candidates }) => sum + 1 + candidates.length, 0));
  let at = 0;
  for (const { candidates } of vips) {
    packed[at] = candidates.length;
    at += 1;
    for (const node of candidates) {
      packed[at] = places.getOrInsert(node, places.size);
      at += 1;
    }
  }
  const plain = vips.map(({ candidates: _, ...vip }) => vip);
  return { ...others, vips: plain, nodes: [...places.keys()], candidates: packed };
}

/** Candidates of an address. */
interface Order {
  /** Where the packed ones begin, with how many there are. */
  at: number;
  names: readonly string[];
}

/** Unpacks table after table: candidates that stay the same are the same list as before. BOUNDED by the last table. */
export class TableUnpacker {
  #nodes: readonly string[] = [];
  #packed: Uint32Array = new Uint32Array();
  /** By address. */
  readonly #orders = new Map<string, Order>();

  unpack({ vips, nodes, candidates: packed, ...others }: PackedTable): DatapathTable {
    if (!isSameList(nodes, this.#nodes)) this.#orders.clear();
    let at = 0;
    const unpacked = vips.map((vip) => {
      const candidates = this.#names(vip.ip, packed, at, nodes);
      at += 1 + candidates.length;
      return { ...vip, candidates };
    });
    this.#nodes = nodes;
    this.#packed = packed;
    if (this.#orders.size > vips.length) this.#forgetAllBut(new Set(vips.map(({ ip }) => ip)));
    return { ...others, vips: unpacked };
  }

  #names(ip: string, packed: Uint32Array, at: number, nodes: readonly string[]): readonly string[] {
    const order = this.#orders.get(ip);
    if (order === undefined) {
      const names = namesAt(packed, at, nodes);
      this.#orders.set(ip, { at, names });
      return names;
    }
    if (!isSameOrder(this.#packed, order.at, packed, at)) order.names = namesAt(packed, at, nodes);
    order.at = at;
    return order.names;
  }

  #forgetAllBut(ips: ReadonlySet<string>): void {
    for (const ip of this.#orders.keys()) if (!ips.has(ip)) this.#orders.delete(ip);
  }
}

function namesAt(packed: Uint32Array, at: number, nodes: readonly string[]): readonly string[] {
  const names = new Array<string>(packed[at] ?? 0);
  for (let rank = 0; rank < names.length; rank += 1) names[rank] = nodes[packed[at + 1 + rank] ?? 0] ?? '';
  return names;
}

/** Each begins with how many there are. */
function isSameOrder(before: Uint32Array, beforeAt: number, now: Uint32Array, nowAt: number): boolean {
  const count = now[nowAt] ?? 0;
  for (let step = 0; step <= count; step += 1) if (before[beforeAt + step] !== now[nowAt + step]) return false;
  return true;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}
