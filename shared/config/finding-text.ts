import type { Finding } from './model.ts';

export type FindingObject = Finding['object'];

/** A problem found while one object was read; `text` names the value and the remedy. */
export interface Problem {
  readonly severity: Finding['severity'];
  readonly path: string;
  readonly text: string;
}

/** No problem where it holds, else an error. */
export function mustBe(holds: boolean, path: string, text: string): readonly Problem[] {
  return holds ? [] : [{ severity: 'error', path, text }];
}

/** Makes the finding of a problem. Its message stands alone: object, path, value, remedy. */
export function findingOf(object: FindingObject, problem: Problem): Finding {
  const { severity, path, text } = problem;
  return { severity, object, path, message: `${nameOf(object)}: ${path}: ${text}` };
}

/** `IPAddressPool herald-system/lan`. */
export function nameOf(object: FindingObject): string {
  return `${object.kind} ${object.namespace}/${object.name}`;
}

/** By kind, namespace and name; findings of one object keep their order. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.object.kind, b.object.kind) ||
    compareText(a.object.namespace, b.object.namespace) ||
    compareText(a.object.name, b.object.name)
  );
}

/** By code unit: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
