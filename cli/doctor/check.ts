import type { Examination } from './examination.ts';

/** `warn`: nothing fails because of it now. `fail`: something does not work, or will not when it is needed. */
export type Severity = 'warn' | 'fail';

/** One thing that is wrong, and how to mend it. */
export interface Trouble {
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  /** What it is about: `Node node-c`, `Service shop/web`. */
  readonly objects: readonly string[];
}

export interface Check {
  readonly name: string;
  /** What is checked, as a statement that holds where all is well. */
  readonly about: string;
  /** Kinds, in the plural, without which it can't be checked. */
  readonly needs: readonly string[];
  /** Finds nothing where all is well. */
  readonly find: (examination: Examination) => readonly Trouble[];
}

/** Objects that a message names one by one; the rest is counted. */
const namedObjects = 5;

/** `a, b and 3 more`. */
export function someOf(names: readonly string[]): string {
  const named = names.slice(0, namedObjects).join(', ');
  return names.length > namedObjects ? `${named} and ${names.length - namedObjects} more` : named;
}

/** `1 Service`, `2 Services`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
