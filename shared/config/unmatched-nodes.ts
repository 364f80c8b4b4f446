import { type LabelSelector, type Labels, selectorMatches } from '../api/label-selector.ts';
import { quotedText } from '../net/quoted-text.ts';
import type { Problem } from './finding-text.ts';
import { checkSelector } from './selector-check.ts';
import { selectorText } from './selector-text.ts';

/** A selector of nodes that matches none. Says nothing where nodes are not known, or of a selector that is wrong. */
export function unmatchedNodes(
  selector: LabelSelector,
  path: string,
  nodeLabels: ReadonlyMap<string, Labels> | undefined,
): readonly Problem[] {
  if (nodeLabels === undefined || nodeLabels.size === 0 || checkSelector(selector, path).length > 0) return [];
  for (const labels of nodeLabels.values()) if (selectorMatches(selector, labels)) return [];
  const text = `${quotedText(selectorText(selector))} matches no node; compare it with "kubectl get nodes --show-labels"`;
  return [{ severity: 'warning', path, text }];
}
