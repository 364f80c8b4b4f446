import type { Outcome } from '../command.ts';
import { commentLines, draftText } from './draft-text.ts';
import type { Migration } from './migration.ts';

/** What is printed of a migration: manifests that can be applied, or the values of the chart alone. */
export function migrationOutcome(migration: Migration, valuesOnly: boolean): Outcome {
  const { from, namespace, drafts, values, notes } = migration;
  const report = {
    from,
    namespace,
    objects: drafts.map(({ object }) => object),
    values: values.values,
    comments: [
      ...drafts.flatMap(({ object, comments }) => comments.map((comment) => ({ object: nameOf(object), ...comment }))),
      ...values.comments.map((comment) => ({ object: 'values', ...comment })),
    ],
    notes,
  };
  const lines = valuesOnly ? valuesLines(migration) : manifestLines(migration);
  return { report, lines, exitCode: 0 };
}

function manifestLines(migration: Migration): readonly string[] {
  const { from, namespace, drafts, values, notes } = migration;
  const hasValues = Object.keys(values.values).length + values.comments.length > 0;
  return [
    ...commentLines(
      `What ${from} is configured with, for Herald in ${namespace}. Apply it once MetalLB and its webhook are gone, and before Herald starts, which gives back what no pool has (docs/migration.md has the steps).`,
    ),
    ...notes.flatMap(commentLines),
    ...(hasValues
      ? ["# Values for Herald's chart (--values prints them alone):", ...valuesLines(migration).map(commented)]
      : []),
    ...drafts.flatMap(({ object, comments }) => ['---', ...linesOf(draftText(object, comments))]),
  ];
}

function valuesLines({ values }: Migration): readonly string[] {
  return linesOf(draftText(values.values, values.comments));
}

function commented(line: string): string {
  return `#   ${line}`;
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

function nameOf({ kind, metadata }: Migration['drafts'][number]['object']): string {
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata['name'] : '';
  return `${kind}/${name}`;
}
