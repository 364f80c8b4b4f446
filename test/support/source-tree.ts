import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One TypeScript source of the repository. Paths are relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Repository paths of the files it imports, types included. */
  readonly imports: readonly string[];
  /** Packages and `node:` modules that it imports. */
  readonly packages: readonly string[];
}

export const repositoryRoot = path.resolve(import.meta.dirname, '../..');

/** Files that git tracks or would track, so that the result does not depend on build output. */
export function repositoryFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '');
}

export function sourceFiles(): readonly SourceFile[] {
  return repositoryFiles()
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readIfPresent(file);
      return text === undefined ? [] : [sourceFile(file, text)];
    });
}

// A file that was deleted but not yet committed is still listed by git.
function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(path.join(repositoryRoot, file), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function sourceFile(file: string, text: string): SourceFile {
  const specifiers = importSpecifiers(text);
  const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
  return {
    path: file,
    text,
    lines: text.split('\n').length - 1,
    imports: relative.map((specifier) => path.posix.join(path.posix.dirname(file), specifier)),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')),
  };
}

const importForms = [
  /^(?:import|export)\s[^;]*?from\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'\s*\)/g,
];

function importSpecifiers(text: string): readonly string[] {
  const found = importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
  return [...new Set(found)];
}
