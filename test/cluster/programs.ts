import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

/**
 * How a program of Herald is started where there is no image: from its source, or bundled as in the image where
 * HERALD_DIST names that folder.
 */
export function heraldProgram(name: 'controller' | 'speaker' | 'cli'): readonly [string, string] {
  const dist = process.env['HERALD_DIST'];
  const file =
    dist === undefined || dist === ''
      ? join(repository, name, 'main.ts')
      : join(dist, `${name === 'cli' ? 'kubectl-herald' : name}.mjs`);
  return [process.execPath, file];
}
