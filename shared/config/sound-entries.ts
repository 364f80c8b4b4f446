import type { LabelSelector } from '../api/label-selector.ts';
import { quotedText } from '../net/quoted-text.ts';
import type { Problem } from './finding-text.ts';
import { checkSelector } from './selector-check.ts';
import { selectorText } from './selector-text.ts';

/** What is left of a list once the entries that can't be used are taken out. */
export interface SoundEntries<T> {
  readonly entries: readonly T[];
  readonly problems: readonly Problem[];
  /** Entries stood there and none is sound: the empty list that is left must not read as "all". */
  readonly lost: boolean;
}

export function keepSound<T>(
  entries: readonly T[],
  check: (entry: T, index: number) => readonly Problem[],
): SoundEntries<T> {
  const sound: T[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = check(entry, index);
    if (found.length === 0) sound.push(entry);
    problems.push(...found);
  }
  return { entries: sound, problems, lost: entries.length > 0 && sound.length === 0 };
}

export function soundSelectors(selectors: readonly LabelSelector[], path: string): SoundEntries<LabelSelector> {
  const sound = keepSound(selectors, (selector, index) => checkSelector(selector, `${path}[${index}]`));
  return { ...sound, problems: [...sound.problems, ...repeated(selectors.map(selectorText), path)] };
}

/** Entries that stand in the list already: the schema refuses them, and they do no harm. */
export function repeated(names: readonly string[], path: string): readonly Problem[] {
  return names.flatMap((name, index): readonly Problem[] => {
    const first = names.indexOf(name);
    if (first === index) return [];
    const text = `${quotedText(name)} stands at ${path}[${first}] already; remove one`;
    return [{ severity: 'notice', path: `${path}[${index}]`, text }];
  });
}
