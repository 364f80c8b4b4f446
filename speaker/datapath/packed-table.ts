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
  readonly at: number;
  readonly names: readonly string[];
}

/** Unpacks table after table: candidates that stay the same are the same list as before. BOUNDED by the last table. */
export class TableUnpacker {
  #nodes: readonly string[] = [];
  #packed: Uint32Array = new Uint32Array();
  /** By address. */
  #orders: ReadonlyMap<string, Order> = new Map();

  unpack({ vips, nodes, candidates: packed, ...others }: PackedTable): DatapathTable {
    const known = isSameList(nodes, this.#nodes) ? this.#orders : new Map<string, Order>();
    const orders = new Map<string, Order>();
    let at = 0;
    const unpacked = vips.map((vip) => {
      const before = known.get(vip.ip);
      const same = before !== undefined && isSameOrder(this.#packed.subarray(before.at), packed.subarray(at));
      const names = same ? before.names : namesAt(packed, at, nodes);
      orders.set(vip.ip, { at, names });
      at += 1 + names.length;
      return { ...vip, candidates: names };
    });
    this.#nodes = nodes;
    this.#packed = packed;
    this.#orders = orders;
    return { ...others, vips: unpacked };
  }
}

function namesAt(packed: Uint32Array, at: number, nodes: readonly string[]): readonly string[] {
  const names = new Array<string>(packed[at] ?? 0);
  for (let rank = 0; rank < names.length; rank += 1) names[rank] = nodes[packed[at + 1 + rank] ?? 0] ?? '';
  return names;
}

/** Each begins with how many there are. */
function isSameOrder(one: Uint32Array, other: Uint32Array): boolean {
  const count = one[0] ?? 0;
  for (let at = 0; at <= count; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}
