import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { repositoryFiles, repositoryRoot, type SourceFile, sourceFiles } from './support/source-tree.ts';

const files = sourceFiles();
const programFolders = ['controller', 'speaker', 'shared', 'cli'];
const program = files.filter((file) => programFolders.includes(topFolder(file.path)));
const product = program.filter((file) => !file.path.endsWith('.test.ts'));

function topFolder(file: string): string {
  return file.split('/')[0] ?? '';
}

/** Files that may do I/O say so by their name or folder. */
function isShell(file: string): boolean {
  const name = path.posix.basename(file);
  if (name === 'main.ts' || name === 'options.ts') return true;
  if (name.endsWith('-task.ts') || name.endsWith('-client.ts')) return true;
  return /(^|\/)(kube|runtime|system|http)\//.test(file);
}

/** A file that reads foreign data may cast where it has checked. */
function isEdge(file: string): boolean {
  return isShell(file) || file.startsWith('shared/api/');
}

function offenders(
  candidates: readonly SourceFile[],
  breaks: (file: SourceFile) => readonly string[],
): readonly string[] {
  return candidates.flatMap((file) => breaks(file).map((what) => `${file.path}: ${what}`));
}

test('the rules below see the whole program', () => {
  for (const folder of programFolders) {
    const count = product.filter((file) => topFolder(file.path) === folder).length;
    assert.ok(count >= 10, `${folder} has ${count} source files`);
  }
});

const mayImport: Record<string, readonly string[]> = {
  shared: ['shared'],
  controller: ['controller', 'shared'],
  speaker: ['speaker', 'shared'],
  cli: ['cli', 'shared', 'controller', 'speaker'],
};

test('imports run one way between the programs', () => {
  const found = offenders(product, (file) =>
    file.imports.filter((target) => !(mayImport[topFolder(file.path)] ?? []).includes(topFolder(target))),
  );
  assert.deepEqual(found, []);
});

test('unit tests import nothing but their own program, what it may import, and test/', () => {
  const tests = program.filter((file) => file.path.endsWith('.test.ts'));
  assert.ok(tests.length >= 10, `${tests.length} unit tests`);
  const found = offenders(tests, (file) =>
    file.imports.filter((target) => !['test', ...(mayImport[topFolder(file.path)] ?? [])].includes(topFolder(target))),
  );
  assert.deepEqual(found, []);
});

test('the cli takes only pure files from the controller and the speaker', () => {
  const cli = product.filter((file) => topFolder(file.path) === 'cli');
  const taken = cli.flatMap(({ imports }) =>
    imports.filter((target) => !['cli', 'shared'].includes(topFolder(target))),
  );
  assert.ok(taken.length >= 3, `${taken.length} imports`);
  const found = offenders(cli, (file) =>
    file.imports.filter((target) => ['controller', 'speaker'].includes(topFolder(target)) && isShell(target)),
  );
  assert.deepEqual(found, []);
});

test('every relative import names a file that exists', () => {
  const known = new Set(repositoryFiles());
  assert.deepEqual(
    offenders(files, (file) => file.imports.filter((target) => !known.has(target))),
    [],
  );
});

test('no import cycle, not even of types', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (at: string, trail: readonly string[]): void => {
    if (trail.includes(at)) {
      cycles.push([...trail.slice(trail.indexOf(at)), at].join(' → '));
      return;
    }
    if (finished.has(at)) return;
    for (const next of byPath.get(at)?.imports ?? []) visit(next, [...trail, at]);
    finished.add(at);
  };
  for (const file of files) visit(file.path, []);
  assert.deepEqual(cycles, []);
});

test('only shell files import node modules; hashing is excepted', () => {
  const pure = product.filter((file) => !isShell(file.path));
  const found = offenders(pure, (file) => file.packages.filter((name) => isBuiltin(name) && name !== 'node:crypto'));
  assert.deepEqual(found, []);
});

test('pure files have no clock, no randomness, no environment and no output of their own', () => {
  const forbidden = [
    /\bDate\.now\b/,
    /\bnew Date\(\)/,
    /\bMath\.random\b/,
    /\brandomBytes\b|\brandomUUID\b/,
    /\bperformance\.now\b/,
    /\bprocess\./,
    /\bset(Timeout|Interval|Immediate)\(/,
    /\bconsole\./,
    /\bfetch\(/,
    /\bnew (Worker|WebSocket)\(/,
  ];
  const pure = product.filter((file) => !isShell(file.path));
  assert.ok(pure.length >= 30, `${pure.length} pure files`);
  const found = offenders(pure, (file) =>
    forbidden.filter((pattern) => pattern.test(file.text)).map((pattern) => pattern.source),
  );
  assert.deepEqual(found, []);
});

test('no module keeps state: what changes belongs to an object that somebody made', () => {
  const state = [/^(export )?(let|var) /m, /^(export )?const \w+ = new (Weak)?(Map|Set)\b/m];
  const found = offenders(product, (file) =>
    state.filter((pattern) => pattern.test(file.text)).map((pattern) => pattern.source),
  );
  assert.deepEqual(found, []);
});

test('each heavy dependency has one home', () => {
  const homes: Record<string, RegExp> = {
    koffi: /^speaker\/system\//,
    '@kubernetes/client-node': /^shared\/kube\//,
    pino: /^shared\/runtime\//,
    'prom-client': /^shared\/runtime\/|\/metrics\.ts$/,
    'ip-num': /^shared\/net\//,
    yaml: /^shared\/config\/|^cli\//,
    valibot: /^shared\/config\//,
  };
  const found = offenders(product, (file) =>
    file.packages.filter((name) => {
      const home = Object.entries(homes).find(
        ([dependency]) => name === dependency || name.startsWith(`${dependency}/`),
      );
      return home !== undefined && !home[1].test(file.path);
    }),
  );
  assert.deepEqual(found, []);
});

test('only options.ts reads the command line and the environment', () => {
  const found = offenders(
    product.filter((file) => path.posix.basename(file.path) !== 'options.ts'),
    (file) => {
      const reads = [...file.text.matchAll(/\bprocess\.(argv|env)\b|= process;|'node:process'/g)].map(([read]) => read);
      // A main hands both to its options; nothing else may.
      return path.posix.basename(file.path) === 'main.ts' ? [] : reads;
    },
  );
  assert.deepEqual(found, []);
});

test('files keep to their size: 300 lines, tests 500, a main 120', () => {
  const limitOf = (file: string): number => {
    if (file.endsWith('.test.ts') || file.startsWith('test/')) return 500;
    return path.posix.basename(file) === 'main.ts' ? 120 : 300;
  };
  assert.deepEqual(
    offenders(files, (file) => (file.lines > limitOf(file.path) ? [`${file.lines} lines`] : [])),
    [],
  );
});

test('names are kebab-case nouns of the field', () => {
  const vague = /(^|\/)(utils?|helpers?|common|types?|misc|index)(\.ts|\/)/;
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/;
  assert.deepEqual(
    offenders(files, (file) => {
      const name = path.posix.basename(file.path);
      return [...(vague.test(file.path) ? ['a vague name'] : []), ...(kebab.test(name) ? [] : ['not kebab-case'])];
    }),
    [],
  );
});

test('casts stand only where foreign data is read', () => {
  const candidates = product.filter((file) => !isEdge(file.path));
  const found = offenders(candidates, (file) => {
    const code = file.text
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''")
      .replace(/^(import|export)\s[^;]*?from ''/gm, '');
    return [...code.matchAll(/\bas (?!const\b)[^\n]*/g)].map(([cast]) => cast);
  });
  assert.deepEqual(found, []);
});

test('no barrel files, no re-exports', () => {
  assert.deepEqual(
    offenders(files, (file) =>
      /^export (type )?(\*( as \w+)?|\{[^}]*\}) from/m.test(file.text) ? ['re-exports'] : [],
    ),
    [],
  );
});

test('no test is skipped without a reason or left exclusive', () => {
  const tests = files.filter((file) => file.path.endsWith('.test.ts') && file.path !== 'test/architecture.test.ts');
  assert.deepEqual(
    offenders(tests, (file) =>
      /\b(only|todo): true|\.(only|todo)\(|skip: true|\.skip\(/.test(file.text) ? ['skips'] : [],
    ),
    [],
  );
});

test('the map in ARCHITECTURE.md equals the tree', () => {
  const text = readFileSync(path.join(repositoryRoot, 'ARCHITECTURE.md'), 'utf8');
  const block = /<!-- map -->\s*```[a-z]*\n([\s\S]*?)```/.exec(text)?.[1];
  assert.ok(block !== undefined, 'ARCHITECTURE.md has a map between <!-- map --> and the end of its code block');
  const mapped = block
    .split('\n')
    .map((line) => /^([a-z0-9./-]+)\/\s/.exec(`${line} `)?.[1])
    .filter((folder) => folder !== undefined);
  const folders = new Set<string>();
  for (const file of repositoryFiles()) {
    for (let at = path.posix.dirname(file); at !== '.'; at = path.posix.dirname(at)) folders.add(at);
  }
  assert.deepEqual(mapped.toSorted(), [...folders].toSorted());
});
