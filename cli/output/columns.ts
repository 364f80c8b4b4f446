import { visibleText } from './style.ts';

const gap = '  ';

/** Rows of cells as lines, each column as wide as its widest cell; nothing follows the last cell of a row. */
export function columns(rows: readonly (readonly string[])[], indent = ''): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visibleText(cell).length);
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - visibleText(cell).length));
    return (indent + cells.join(gap)).trimEnd();
  });
}
