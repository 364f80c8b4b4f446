import { stringify } from 'yaml';
import type { Outcome } from '../command.ts';
import type { Output } from '../option-table.ts';

/** What is printed of an outcome. */
export function documentOf({ report, lines }: Pick<Outcome, 'report' | 'lines'>, output: Output): string {
  switch (output) {
    case 'text':
      return lines.map((line) => `${line}\n`).join('');
    case 'json':
      return `${JSON.stringify(report, undefined, 2)}\n`;
    case 'yaml':
      // Through JSON, so that both forms leave out the same. YAML 1.1 reads `yes` and `1_000` as something else.
      return stringify(JSON.parse(JSON.stringify(report)), {
        lineWidth: 0,
        aliasDuplicateObjects: false,
        compat: 'yaml-1.1',
      });
  }
}
