import type { Command } from '../command.ts';
import { type OptionSpec, optionSpecs } from '../option-table.ts';

/** What may stand for the last word. */
export type Completion =
  | { readonly type: 'candidates'; readonly candidates: readonly Candidate[] }
  /** Names that only the API server knows; each begins with `prefix`, which belongs to the same word. */
  | { readonly type: 'services' | 'namespaces'; readonly prefix: string }
  | { readonly type: 'files' };

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Works out what may stand for the last of these words, which may be empty. */
export function complete(words: readonly string[], commands: readonly Command[]): Completion {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const assigned = /^(--[a-z-]+=)(.*)$/.exec(last);
  const waiting = assigned === null ? valueOption(before.at(-1)) : specOf(assigned[1]?.slice(0, -1) ?? '');
  const prefix = assigned?.[1] ?? '';
  if (waiting?.type === 'string') return valuesOf(waiting, prefix, last);
  const positionals = positionalsOf(before);
  const command = commands.find(({ name }) => name === positionals[0]);
  if (last.startsWith('-')) return candidates(optionsOf(command), last);
  if (command === undefined)
    return positionals.length > 0 ? candidates([], last) : candidates(commandsOf(commands), last);
  return operandOf(command, positionals.length - 1, last);
}

function candidates(all: readonly Candidate[], beginning: string): Completion {
  return { type: 'candidates', candidates: all.filter(({ value }) => value.startsWith(beginning)) };
}

function commandsOf(commands: readonly Command[]): readonly Candidate[] {
  return commands.map(({ name, summary }) => ({ value: name, description: summary }));
}

function optionsOf(command: Command | undefined): readonly Candidate[] {
  const own: readonly string[] = command?.options ?? [];
  return optionSpecs()
    .filter(([name, { common }]) => common === true || own.includes(name))
    .map(([name, { help }]) => ({ value: `--${name}`, description: help }));
}

function operandOf({ operandCount, operandValues }: Command, index: number, last: string): Completion {
  if (index >= operandCount.max || operandValues === undefined) return candidates([], last);
  if (operandValues === 'services') return { type: 'services', prefix: '' };
  const all = operandValues.map((value) => ({ value, description: '' }));
  return candidates(all, last);
}

function valuesOf({ values, names }: OptionSpec, prefix: string, last: string): Completion {
  if (names === 'files') return { type: 'files' };
  if (names === 'namespaces') return { type: 'namespaces', prefix };
  return candidates(
    (values ?? []).map((value) => ({ value: prefix + value, description: '' })),
    last,
  );
}

/** Words that are neither options nor their values. */
function positionalsOf(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => !word.startsWith('-') && valueOption(words[index - 1]) === undefined);
}

/** The option whose value the next word is. */
function valueOption(word: string | undefined): OptionSpec | undefined {
  const spec = specOf(word ?? '');
  return spec?.type === 'string' ? spec : undefined;
}

/** By `--name` or `-n`. */
function specOf(word: string): OptionSpec | undefined {
  const found = optionSpecs().find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found?.[1];
}
