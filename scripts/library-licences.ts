import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A text that must go with the libraries, and the name that it is given. */
export interface LicenceFile {
  readonly from: string;
  readonly name: string;
}

const commonLicences = '/usr/share/common-licenses';

/**
 * The terms of libraries of a Debian system: each package's copyright file, and the licences that it refers to. The C
 * library is under the LGPL, those of the compiler under the GPL with the runtime exception: neither reaches the programs
 * that are linked to them, and both want their text passed on.
 */
export function libraryLicences(libraries: readonly string[]): readonly LicenceFile[] {
  const packages = [...new Set(libraries.map(packageOf))].sort();
  const files = packages.map((name) => ({ from: join('/usr/share/doc', name, 'copyright'), name: `${name}.txt` }));
  const missing = files.filter(({ from }) => !existsSync(from)).map(({ from }) => from);
  if (missing.length > 0)
    throw new Error(`cannot pass on the libraries' licences: there is no ${missing.join(', no ')}`);
  const common = files.flatMap(({ from }) => commonLicencesIn(readFileSync(from, 'utf8')));
  return [
    ...files,
    ...[...new Set(common)].sort().map((name) => ({ from: join(commonLicences, name), name: `${name}.txt` })),
  ];
}

/** Names of the licences whose text a copyright file leaves to the system, with their version. */
export function commonLicencesIn(copyright: string): readonly string[] {
  return [...copyright.matchAll(/\/usr\/share\/common-licenses\/(L?GPL-[\d.]*\d)/g)].map(([, name = '']) => name);
}

/** Where /lib is a link to /usr/lib, dpkg knows a file by either path. */
function packageOf(library: string): string {
  const paths = [library, library.startsWith('/usr/') ? library.slice('/usr'.length) : `/usr${library}`];
  // It exits with 1 where one of the paths is unknown.
  const { stdout } = spawnSync('dpkg-query', ['--search', ...paths], { encoding: 'utf8' });
  const name = /^([^:,\s]+)/.exec(stdout ?? '')?.[1];
  if (name === undefined)
    throw new Error(`cannot pass on the licence of ${basename(library)}: dpkg knows no package with it`);
  return name;
}
