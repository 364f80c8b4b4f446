import { hash } from 'node:crypto';

/**
 * The figure that a node draws for an address: sha256 of `node#ip`, in hex. The lower one comes first, as with
 * MetalLB, so that a cluster which migrates keeps its owners.
 */
export function electionDigest(node: string, address: string): string {
  return hash('sha256', `${node}#${address}`, 'hex');
}

/** Nodes in the order of their digests for the address, lowest first. */
export function orderByDigest(address: string, nodes: Iterable<string>): readonly string[] {
  return Array.from(nodes, (node) => ({ node, digest: electionDigest(node, address) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0))
    .map(({ node }) => node);
}

/**
 * Ranks candidates: preference score descending, then digest ascending. `order` is every node by digest
 * (`orderByDigest`); `scores` holds the candidates, each with the summed weights of the preferences that it meets.
 */
export function rankCandidates(order: readonly string[], scores: ReadonlyMap<string, number>): readonly string[] {
  const candidates = order.filter((node) => scores.has(node));
  const preferred = candidates.some((node) => scores.get(node) !== 0);
  // Array.prototype.sort is stable: equal scores stay in digest order.
  return preferred ? candidates.sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0)) : candidates;
}
