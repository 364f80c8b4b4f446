import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { commonLicencesIn, libraryLicences } from './library-licences.ts';

const withoutDpkg =
  spawnSync('dpkg-query', ['--version']).error === undefined ? {} : { skip: 'no Debian: the image is made on one' };

describe('licences of the libraries that Node is linked to', () => {
  test('are named with their versions in a copyright file', () => {
    const text = `in \`/usr/share/common-licenses/LGPL-2.1'. GCC is under /usr/share/common-licenses/GPL-3.
Its manual: /usr/share/common-licenses/GFDL-1.2; see /usr/share/common-licenses/GPL.`;
    assert.deepEqual(commonLicencesIn(text), ['LGPL-2.1', 'GPL-3']);
  });

  test('are those of their packages, with the text of the LGPL', withoutDpkg, () => {
    const ldd = spawnSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).stdout;
    const library = /(\/\S+\/libc\.so\.6)/.exec(ldd)?.[1] ?? '';
    const files = libraryLicences([library, library]);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['libc6.txt', 'GPL-2.txt', 'LGPL-2.1.txt'],
    );
    assert.match(readFileSync(files[0]?.from ?? '', 'utf8'), /GNU C Library/);
  });

  test('of a file that is in no package are a failure', withoutDpkg, () => {
    assert.throws(() => libraryLicences(['/opt/libnone.so.1']), /cannot pass on the licence of libnone\.so\.1/);
  });
});
