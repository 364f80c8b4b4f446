import { type JsonObject, readArray, readObject, readObjects, readString } from '../../../shared/api/json.ts';

export const acceptTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const padding = 3;
const narrowestColumn = 6;

/** A server-side table as `kubectl get` prints it. */
export function printTable(table: JsonObject): string {
  const columns = readObjects(table, 'columnDefinitions');
  const shown = columns.flatMap((column, index) => ((column['priority'] ?? 0) === 0 ? [index] : []));
  const heading = shown.map((index) => (readString(columns[index] ?? {}, 'name') ?? '').toUpperCase());
  const rows = readObjects(table, 'rows').map((row) => {
    const cells = readArray(row, 'cells');
    return shown.map((index) => String(cells[index] ?? '<none>'));
  });
  return layOut([heading, ...rows]);
}

/** All but the last column are as wide as their widest cell and some space. */
function layOut(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(narrowestColumn, padding + Math.max(...lines.map((line) => line[column]?.length ?? 0))),
  );
  return lines
    .map((line) => line.map((cell, i) => (i === line.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(''))
    .join('\n');
}

/** For a line of text: the object's `namespace/name`. */
export function nameOf(object: JsonObject): string {
  const meta = readObject(object, 'metadata');
  const namespace = readString(meta, 'namespace');
  return `${namespace === undefined ? '' : `${namespace}/`}${readString(meta, 'name') ?? ''}`;
}
