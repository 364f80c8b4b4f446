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

export function packTable({ vips, ...others }: DatapathTable): PackedTable {
  const places = new Map<string, number>();
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

export function unpackTable({ vips, nodes, candidates, ...others }: PackedTable): DatapathTable {
  let at = 0;
  const takeCandidates = (): readonly string[] => {
    const count = candidates[at] ?? 0;
    const names = new Array<string>(count);
    for (let rank = 0; rank < count; rank += 1) names[rank] = nodes[candidates[at + 1 + rank] ?? 0] ?? '';
    at += 1 + count;
    return names;
  };
  return { ...others, vips: vips.map((vip) => ({ ...vip, candidates: takeCandidates() })) };
}
