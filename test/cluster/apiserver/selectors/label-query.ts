import { badRequest } from '../http/status-error.ts';
import type { Json, JsonMap } from '../resource-definition.ts';
import { mapAt } from '../schema/json-value.ts';

export type ObjectFilter = (object: JsonMap) => boolean;
type LabelTest = (value: Json | undefined) => boolean;

interface Requirement {
  readonly key: string;
  readonly holds: LabelTest;
}

const setForm = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const comparison = /^([^\s!=<>,()]+)\s*(==|=|!=|>|<)\s*([^\s!=<>,()]*)$/;
const existence = /^(!?)\s*([^\s!=<>,()]+)$/;

/** Reads `labelSelector` of a list or watch: equality and set forms, joined by commas. Undefined where it is empty. */
export function parseLabelQuery(text: string): ObjectFilter | undefined {
  const requirements = splitOutsideParentheses(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseRequirement(part, text));
  if (requirements.length === 0) return undefined;
  return (object) => {
    const labels = mapAt(object, ['metadata', 'labels']);
    return requirements.every(({ key, holds }) => holds(labels[key]));
  };
}

function parseRequirement(part: string, whole: string): Requirement {
  const inSet = setForm.exec(part);
  if (inSet !== null) {
    const [, key = '', operator, list = ''] = inSet;
    const values = new Set<Json | undefined>(list.split(',').map((value) => value.trim()));
    return { key, holds: operator === 'in' ? (value) => values.has(value) : (value) => !values.has(value) };
  }
  const compared = comparison.exec(part);
  if (compared !== null) {
    const [, key = '', operator = '', wanted = ''] = compared;
    return { key, holds: comparisonTest(operator, wanted) };
  }
  const existing = existence.exec(part);
  if (existing === null) throw badRequest(`unable to parse requirement: found '${part}' in selector "${whole}"`);
  const [, negation, key = ''] = existing;
  return { key, holds: negation === '!' ? (value) => value === undefined : (value) => value !== undefined };
}

function comparisonTest(operator: string, wanted: string): LabelTest {
  switch (operator) {
    case '!=':
      return (value) => value !== wanted;
    case '>':
      return (value) => value !== undefined && Number(value) > Number(wanted);
    case '<':
      return (value) => value !== undefined && Number(value) < Number(wanted);
    default:
      return (value) => value === wanted;
  }
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
