import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from '../support/source-tree.ts';
import { installedSuite } from './installed-suite.ts';

/** As the Dockerfile's stages do it. */
function layOut(folder: string): void {
  const script = (name: string): string => path.join(repositoryRoot, 'scripts', `${name}.ts`);
  const bundles = `${folder}.dist`;
  execFileSync(process.execPath, [script('build'), bundles], { cwd: repositoryRoot, stdio: 'pipe' });
  execFileSync(process.execPath, [script('image'), folder, bundles], { cwd: repositoryRoot, stdio: 'pipe' });
}

await installedSuite(import.meta.filename, { name: 'the image, installed by Helm', layOut });
