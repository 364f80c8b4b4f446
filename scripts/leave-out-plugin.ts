import type { Plugin } from 'esbuild';

/** A module that one package imports and that the bundles can do without. */
export interface LeftOut {
  /** Matches the import as it is written. */
  readonly path: RegExp;
  /** Matches the file that imports it: elsewhere it stays. */
  readonly importer: RegExp;
  /** Names that are imported; each becomes a class that can't be used. */
  readonly names: readonly string[];
  readonly why: string;
}

/** Replaces modules that are loaded but never reached; using one all the same is an error that says so. */
export function leaveOutPlugin(leftOut: readonly LeftOut[]): Plugin {
  return {
    name: 'leave-out',
    setup: (build) => {
      for (const [index, { path, importer }] of leftOut.entries()) {
        build.onResolve({ filter: path }, (found) =>
          importer.test(found.importer) ? { path: String(index), namespace: 'left-out' } : undefined,
        );
      }
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => {
        const names = leftOut[Number(path)]?.names ?? [];
        const lines = names.map(
          (name) => `export class ${name} {
          constructor() { throw new Error('cannot use ${name}: it is left out of the bundle'); }
        }`,
        );
        return { contents: lines.join('\n'), loader: 'js' };
      });
    },
  };
}
