/**
 * Lays out the files of the image: `node scripts/image.ts FOLDER [BUNDLES]`, after `npm run build`. Node itself, the libraries that
 * it is linked to, the bundles, and of koffi what is loaded; no shell, no package manager.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arch } from 'node:process';
import { libraryLicences } from './library-licences.ts';

const root = join(import.meta.dirname, '..');
const bundles = ['controller.mjs', 'speaker.mjs', 'speaker-datapath.mjs'];
const native = `@koromix/koffi-linux-${arch}`;
const fromKoffi = [
  ...[
    'koffi/package.json',
    'koffi/LICENSE.txt',
    'koffi/index.js',
    'koffi/src/koffi/index.js',
    'koffi/src/koffi/src/static.js',
  ],
  ...[`${native}/package.json`, `${native}/index.js`, `${native}/linux_${arch}/koffi.node`],
];
/** Where a runtime mounts things: the root itself is read-only. */
const mountPoints = ['proc', 'sys', 'dev', 'tmp', 'etc', 'var/run/secrets'];

const [folder, dist = join(root, 'dist')] = process.argv.slice(2);
if (folder === undefined) {
  console.error('cannot lay out the image: say where, as in `node scripts/image.ts FOLDER`');
  process.exit(2);
}
rmSync(folder, { recursive: true, force: true });
// Whoever runs it: a platform may choose any user.
process.umask(0o022);

const node = realpathSync(process.execPath);
copy(node, '/usr/bin/node');
copy(licenceOf(node), '/app/NODE-LICENSE');
const libraries = librariesOf(node);
for (const library of libraries) copy(library, library);
passOnLicences();
for (const bundle of bundles) copy(join(dist, bundle), `/app/${bundle}`);
copy(join(dist, 'LICENSES.txt'), '/app/LICENSES.txt');
copy(join(root, 'LICENSE'), '/app/LICENSE');
for (const file of fromKoffi) copy(join(root, 'node_modules', file), `/app/node_modules/${file}`);
for (const mountPoint of mountPoints) mkdirSync(join(folder, mountPoint), { recursive: true });
writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/:\nherald:x:65532:65532::/:\n');
writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nherald:x:65532:\n');

const bytes = Number(execFileSync('du', ['-sb', folder], { encoding: 'utf8' }).split('\t')[0]);
console.log(`${folder}: ${Math.round(bytes / 1e6)} MB, of which Node ${Math.round(statSync(node).size / 1e6)} MB`);

function copy(from: string, to: string): void {
  const target = join(folder ?? '', to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
  chmodSync(target, (statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755);
}

/** Its terms ask to be passed on with it. Node's archives have them beside `bin`. */
function licenceOf(program: string): string {
  const file = join(dirname(program), '../LICENSE');
  if (!existsSync(file)) throw new Error(`cannot lay out the image: Node's licence is missing, ${file}`);
  return file;
}

function passOnLicences(): void {
  if (existsSync('/var/lib/dpkg')) {
    for (const { from, name } of libraryLicences(libraries)) copy(from, `/app/licences/${name}`);
  } else console.error('the licences of the libraries are left out, good for a trial alone: this is no Debian system');
}

/** As the dynamic linker finds them, and the linker itself. */
function librariesOf(program: string): readonly string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).trim().split('\n');
  const missing = lines.filter((line) => line.includes('not found'));
  if (missing.length > 0) throw new Error(`cannot lay out the image: Node needs ${missing.join(', ').trim()}`);
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
