/**
 * Runs every test of the repository that needs no installation beyond npm's: `npm test [-- ARGS]`. Arguments that name
 * files choose among them, all others go to Node's test runner.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['test', 'shared', 'controller', 'speaker', 'cli', 'scripts'];

/** End-to-end tests first: they are the longest and mostly wait, so the units run beside them. */
function findTestFiles(): readonly string[] {
  const found = folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root })).sort();
  const isEndToEnd = (file: string): boolean => file.startsWith(join('test', 'e2e'));
  return [...found.filter(isEndToEnd), ...found.filter((file) => !isEndToEnd(file))];
}

/** The Node that the lockfile pins, where it is installed: also when this was started by another one. */
function pinnedNode(): string {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

const args = process.argv.slice(2);
const chosen = args.filter((arg) => arg.endsWith('.test.ts') && existsSync(arg)).map((arg) => relative(root, arg));
const files = chosen.length > 0 ? chosen : findTestFiles();
const options = args.filter((arg) => !chosen.includes(relative(root, arg)));
if (files.length === 0) {
  console.error(`cannot run the tests: there is no *.test.ts below ${folders.join(', ')}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'herald-test-'));
const countFile = join(folder, 'count');
const runner = spawn(
  pinnedNode(),
  [
    '--test',
    // A test that hangs is named instead of holding up the run for ever; the longest file takes a minute or two.
    '--test-timeout=300000',
    // Each end-to-end file has a cluster of its own: not more of them at once than there are cores for.
    `--test-concurrency=${Math.max(2, Math.min(4, Math.floor(availableParallelism() / 2)))}`,
    `--test-reporter=${join(import.meta.dirname, 'support', 'count-reporter.ts')}`,
    `--test-reporter-destination=${countFile}`,
    ...(options.some((option) => option.startsWith('--test-reporter='))
      ? []
      : ['--test-reporter=spec', '--test-reporter-destination=stdout']),
    ...options,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
// Ctrl-C goes to the whole group: the runner ends by itself, and its exit code is ours.
process.on('SIGINT', () => undefined);
runner.once('exit', (code) => {
  const ran = existsSync(countFile) ? Number(readFileSync(countFile, 'utf8')) : 0;
  rmSync(folder, { recursive: true, force: true });
  if (code === 0 && ran === 0) console.error(`cannot call this a success: no test ran in ${files.length} files`);
  process.exitCode = code === 0 && ran === 0 ? 1 : (code ?? 1);
});
