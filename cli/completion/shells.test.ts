import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CompletionTarget, completionScript } from './scripts.ts';

/**
 * A `kubectl-herald` that answers with the words that it was given, each with a description; of a file name's place it
 * knows nothing, and says so.
 */
const program = `#!/bin/sh
for word; do [ "$word" != --filename ] || { echo :0; exit; }; done
printf '%s\\tgiven: so\\n' "$@"
echo :4
`;

function programOnPath(t: TestContext): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'herald-completion-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kubectl-herald');
  writeFileSync(file, program);
  writeFileSync(join(folder, 'pools.yaml'), '');
  chmodSync(file, 0o755);
  return { ...process.env, HOME: folder, FOLDER: folder, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
}

function whereThereIs(shell: string): { readonly skip: string | false } {
  return { skip: spawnSync(shell, ['--version']).status === 0 ? false : `there is no ${shell} here` };
}

function withScript(target: CompletionTarget, ...lines: readonly string[]): string {
  return [...completionScript(target), ...lines].join('\n');
}

const bashCases = [
  {
    name: 'hands over the words, and takes candidates without their descriptions',
    words: '(kubectl-herald explain "" --watch)',
    current: 2,
    says: '<__complete><explain><>',
  },
  {
    name: 'completes the value behind "=", which is a word of its own there',
    words: '(kubectl-herald status --output = js)',
    current: 4,
    says: '<__complete><status><js>',
  },
  {
    name: 'completes the value behind "=" that has not begun',
    words: '(kubectl-herald --context = here --output =)',
    current: 5,
    says: '<__complete><--context=here><>',
  },
];
for (const { name, words, current, says } of bashCases) {
  test(`bash ${name}`, whereThereIs('bash'), (t) => {
    const print = 'printf "<%s>" "$' + '{COMPREPLY[@]}"';
    const script = withScript('bash', `COMP_WORDS=${words}`, `COMP_CWORD=${current}`, '_kubectl_herald', print);
    const args = ['--noprofile', '--norc', '-c', script];
    assert.equal(execFileSync('bash', args, { env: programOnPath(t), encoding: 'utf8' }), says);
  });
}

/** Its completion system needs a terminal: what the script calls of it tells what it was called with. */
const zshStandIn = [
  'compdef() { }',
  '_describe() { print -rl -- "$' + '{(@P)2}"; }',
  '_files() { print "file names"; }',
];

const zshCases = [
  {
    name: 'hands over the words without their quotes, and takes candidates with their descriptions',
    words: `kubectl-herald explain '"a b"' ''`,
    current: 4,
    says: '__complete:given: so\nexplain:given: so\na b:given: so\n:given: so\n',
  },
  { name: 'completes file names', words: "kubectl-herald plan --filename ''", current: 4, says: 'file names\n' },
];
for (const { name, words, current, says } of zshCases) {
  test(`zsh ${name}`, whereThereIs('zsh'), (t) => {
    const script = [...zshStandIn, withScript('zsh', `words=(${words})`, `CURRENT=${current}`, '_kubectl_herald')].join(
      '\n',
    );
    assert.equal(execFileSync('zsh', ['-f', '-c', script], { env: programOnPath(t), encoding: 'utf8' }), says);
  });
}

const fishCases = [
  {
    name: 'hands over the words, and takes candidates with their descriptions',
    line: 'kubectl-herald explain --watch ex',
    says: ['ex\tgiven: so', 'explain\tgiven: so'],
  },
  { name: 'completes file names', line: 'kubectl-herald plan --filename poo', says: ['pools.yaml'] },
];
for (const { name, line, says } of fishCases) {
  test(`fish ${name}`, whereThereIs('fish'), (t) => {
    const script = withScript('fish', 'cd $FOLDER', `complete --do-complete '${line}'`);
    const text = execFileSync('fish', ['--no-config', '-c', script], { env: programOnPath(t), encoding: 'utf8' });
    assert.deepEqual(text.trimEnd().split('\n'), says);
  });
}

test('kubectl_complete-herald hands over the words as they are', (t) => {
  const script = completionScript('kubectl').join('\n');
  const text = execFileSync('sh', ['-c', script, 'kubectl_complete-herald', 'explain', 'a b'], {
    env: programOnPath(t),
    encoding: 'utf8',
  });
  assert.equal(text, '__complete\tgiven: so\nexplain\tgiven: so\na b\tgiven: so\n:4\n');
});
