import { type JsonObject, readObjects, readString, readStringMap, readStrings } from './json.ts';

export type Labels = Readonly<Record<string, string>>;

export interface LabelRequirement {
  readonly key: string;
  /** In, NotIn, Exists or DoesNotExist; anything else matches nothing and is a finding. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** metav1.LabelSelector: all of `matchLabels` and `matchExpressions` must hold; empty matches everything. */
export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly LabelRequirement[];
}

export function parseLabelSelector(json: JsonObject): LabelSelector {
  return {
    matchLabels: readStringMap(json, 'matchLabels'),
    matchExpressions: readObjects(json, 'matchExpressions').map((expression) => ({
      key: readString(expression, 'key') ?? '',
      operator: readString(expression, 'operator') ?? '',
      values: readStrings(expression, 'values'),
    })),
  };
}

/** Decides whether the labels satisfy the selector (Kubernetes' "Labels and Selectors"). */
export function selectorMatches(selector: LabelSelector, labels: Labels): boolean {
  // Without a list of entries: a thousand selectors of hosts are asked for each of a thousand nodes.
  for (const key in selector.matchLabels) {
    if (labels[key] !== selector.matchLabels[key]) return false;
  }
  return selector.matchExpressions.every((requirement) => requirementHolds(requirement, labels));
}

/** A list of selectors is an OR; the empty list matches everything, as MetalLB reads it. */
export function anySelectorMatches(selectors: readonly LabelSelector[], labels: Labels): boolean {
  return selectors.length === 0 || selectors.some((selector) => selectorMatches(selector, labels));
}

function requirementHolds(requirement: LabelRequirement, labels: Labels): boolean {
  const value = labels[requirement.key];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
