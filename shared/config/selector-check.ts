import type { LabelRequirement, LabelSelector } from '../api/label-selector.ts';
import { quotedText } from '../net/quoted-text.ts';
import type { Problem } from './finding-text.ts';

/** What is wrong with a label selector, by the rules of metav1.LabelSelectorRequirement. */
export function checkSelector(selector: LabelSelector, path: string): readonly Problem[] {
  return selector.matchExpressions.flatMap((requirement, index) => {
    const text = requirementProblem(requirement);
    return text === undefined ? [] : [{ severity: 'error', path: `${path}.matchExpressions[${index}]`, text }];
  });
}

function requirementProblem(requirement: LabelRequirement): string | undefined {
  const { key, operator, values } = requirement;
  if (key === '') return 'the key is empty; name a label';
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? undefined : `operator "${operator}" on "${key}" needs at least one value`;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0 ? undefined : `operator "${operator}" on "${key}" takes no values`;
    default:
      return `operator ${quotedText(operator)} on ${quotedText(key)} is unknown; use In, NotIn, Exists or DoesNotExist`;
  }
}
