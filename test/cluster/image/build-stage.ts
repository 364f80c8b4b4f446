import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../support/source-tree.ts';
import { copiedFromContext, stagesOf } from './dockerfile.ts';

/** Where the Dockerfile's first stage lays the image out. */
const laidOut = '/image';

/**
 * Carries out the Dockerfile's first stage: on what it copies and nothing else, its last command, which lays out the image,
 * here in a new folder. The packages are those that are installed here.
 */
export function runBuildStage(folder: string): void {
  const [stage = []] = stagesOf(readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8'));
  const workplace = `${folder}.build`;
  for (const source of copiedFromContext(stage)) {
    const filter = (file: string): boolean => !file.endsWith('.test.ts');
    cpSync(join(repositoryRoot, source), join(workplace, source), { recursive: true, filter });
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(workplace, 'node_modules'));
  const command = stage.findLast(({ name }) => name === 'RUN')?.rest ?? '';
  if (!command.endsWith(` ${laidOut}`))
    throw new Error(`cannot lay out the image: the Dockerfile does not by ${command}`);
  // The Node that runs this is the image's too.
  const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
  execFileSync('sh', ['-c', command.replace(laidOut, folder)], {
    cwd: workplace,
    stdio: 'pipe',
    env: { ...process.env, PATH },
  });
}
