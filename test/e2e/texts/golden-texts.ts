import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextCase, TextChapter } from './text-case.ts';

/** What was collected for a case, by the object that it is told of: lines of text. */
export interface CollectedTexts {
  readonly case: TextCase;
  readonly described: readonly { readonly object: string; readonly lines: readonly string[] }[];
  readonly explained: readonly string[];
}

export interface CollectedChapter {
  readonly chapter: TextChapter;
  readonly texts: readonly CollectedTexts[];
}

const file = join(import.meta.dirname, '..', 'golden', 'texts.md');

const preface = `# What Herald tells, cause by cause

Each section is a cause that test/e2e/texts brings about in a running cluster, with what is told of the Service in the end:
the events that \`kubectl describe svc\` shows, those of the controller before those of the speakers, its conditions, and what
\`kubectl herald explain\` prints.
Written by \`HERALD_GOLDEN=write node --test test/e2e/texts.test.ts\`, compared by the same test without it.
`;

export function goldenText(chapters: readonly CollectedChapter[]): string {
  return [
    preface,
    ...chapters.map(({ chapter, texts }) => [`## ${chapter.title}\n`, ...texts.map(sectionOf)].join('\n')),
  ].join('\n');
}

/** By title. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(/^#{2,3} /m).map((section) => [section.slice(0, section.indexOf('\n')), section]));
}

export function readGolden(): string {
  return readFileSync(file, 'utf8');
}

export function writeGolden(text: string): void {
  writeFileSync(file, text);
}

function sectionOf({ case: { title, shows, service }, described, explained }: CollectedTexts): string {
  const blocks = described.map(({ object, lines }) => block(`kubectl describe ${object}`, lines));
  const explain = explained.length === 0 ? [] : [block(`kubectl herald explain ${service}`, explained)];
  return [`### ${title}`, shows.map((reason) => `\`${reason}\``).join(' '), '', ...blocks, ...explain].join('\n');
}

function block(command: string, lines: readonly string[]): string {
  return ['```console', `$ ${command}`, ...lines, '```', ''].join('\n');
}
