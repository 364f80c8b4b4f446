import type { Json } from '../resource-definition.ts';
import { isMap, valueAt } from './json-value.ts';

/** One step of a path: a member, an element, every element, or the elements whose field equals a text. */
type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly string[]; readonly equals: string };

const stepPattern =
  /^(?:\.([A-Za-z_$][\w$-]*(?:\\\.[\w$-]+)*)|\['([^']*)'\]|\[(-?\d+)\]|(\[\*\]|\.\*)|\[\?\(@((?:\.\w+)+)\s*==\s*["']([^"']*)["']\)\])/;

/**
 * The steps of a printer column's simple JSONPath (".spec.addresses", ".status.conditions[?(@.type=="Ready")].status",
 * "\." for a dot in a name); undefined where the text is none.
 */
export function parseJsonPath(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    const match = stepPattern.exec(rest);
    if (match === null) return undefined;
    steps.push(toStep(match));
    rest = rest.slice(match[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}

function toStep(match: RegExpExecArray): Step {
  const [, dotted, quoted, index, all, filterPath, filterValue] = match;
  const name = dotted?.replaceAll('\\.', '.') ?? quoted;
  if (name !== undefined) return { kind: 'member', name };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (all !== undefined) return { kind: 'all' };
  return { kind: 'filter', path: (filterPath ?? '').split('.').slice(1), equals: filterValue ?? '' };
}

/** Every value that the path finds. */
export function findByPath(root: Json, path: string): readonly Json[] {
  const steps = parseJsonPath(path);
  if (steps === undefined) return [];
  let found: readonly Json[] = [root];
  for (const step of steps) found = found.flatMap((value) => takeStep(value, step));
  return found;
}

function takeStep(value: Json, step: Step): readonly Json[] {
  switch (step.kind) {
    case 'member':
      return one(isMap(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined);
    case 'index':
      return one(Array.isArray(value) ? value.at(step.index) : undefined);
    case 'all':
      return elements(value);
    case 'filter':
      return elements(value).filter((item) => matches(item, step.path, step.equals));
  }
}

function one(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function elements(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function matches(item: Json, path: readonly string[], equals: string): boolean {
  const value = valueAt(item, path);
  return value !== undefined && String(value) === equals;
}
