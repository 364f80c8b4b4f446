import { anySelectorMatches, type LabelSelector, type Labels } from '../../api/label-selector.ts';

/** Stands for all nodes where none are known. */
const everyNode = '*';

/** The nodes that a list of selectors chooses; where no nodes are known, only that it chooses all of them is certain. */
export function nodesChosen(
  selectors: readonly LabelSelector[],
  nodeLabels: ReadonlyMap<string, Labels> | undefined,
): ReadonlySet<string> {
  if (nodeLabels === undefined || nodeLabels.size === 0) return new Set(selectors.length === 0 ? [everyNode] : []);
  const nodes = new Set<string>();
  for (const [node, labels] of nodeLabels) if (anySelectorMatches(selectors, labels)) nodes.add(node);
  return nodes;
}
