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
  readonly ip: string;
  /** Where the packed ones begin, with how many there are; -1, where nothing is, for a new one. */
  at: number;
  names: readonly string[];
}

/** Unpacks table after table: candidates that stay the same are the same list as before. BOUNDED by the last table. */
export class TableUnpacker {
  #nodes: readonly string[] = [];
  #packed: Uint32Array = new Uint32Array();
  /** By address. */
  readonly #orders = new Map<string, Order>();
  /** Those of the last table, in turn: addresses mostly come in the same order, and need not be looked up. */
  #sequence: readonly Order[] = [];

  unpack({ vips, nodes, candidates: packed, ...others }: PackedTable): DatapathTable {
    const sameNodes = isSameList(nodes, this.#nodes);
    const sequence: Order[] = [];
    let at = 0;
    const unpacked = vips.map((vip, index) => {
      const order = this.#orderOf(vip.ip, index);
      if (!sameNodes || !isSameOrder(this.#packed, order.at, packed, at)) {
        order.names = namesAt(packed, at, nodes);
      }
      order.at = at;
      at += 1 + order.names.length;
      sequence.push(order);
      // The very text of the table before: what is found by it is found without comparing texts.
      const { ip } = order;
      return { ...vip, ip, group: vip.group === ip ? ip : vip.group, candidates: order.names };
    });
    this.#nodes = nodes;
    this.#packed = packed;
    this.#sequence = sequence;
    if (this.#orders.size > vips.length) this.#forgetAllBut(new Set(vips.map(({ ip }) => ip)));
    return { ...others, vips: unpacked };
  }

  #orderOf(ip: string, index: number): Order {
    const last = this.#sequence[index];
    if (last?.ip === ip) return last;
    return this.#orders.getOrInsertComputed(ip, () => ({ ip, at: -1, names: [] }));
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
