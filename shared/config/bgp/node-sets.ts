import { anySelectorMatches, type LabelSelector, type Labels } from '../../api/label-selector.ts';

/**
 * Whether two lists of node selectors may choose one node. Where no nodes are known that is certain only of two lists
 * that choose all of them.
 */
export function shareNode(
  one: readonly LabelSelector[],
  other: readonly LabelSelector[],
  nodeLabels: ReadonlyMap<string, Labels> | undefined,
): boolean {
  if (one.length === 0 && other.length === 0) return true;
  for (const labels of nodeLabels?.values() ?? []) {
    if (anySelectorMatches(one, labels) && anySelectorMatches(other, labels)) return true;
  }
  return false;
}
