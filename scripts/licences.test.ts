import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { licencesOf, licencesText, refusedLicence } from './licences.ts';

const inputs = ['shared/net/ip.ts', 'node_modules/yaml/browser/index.js', 'node_modules/@pinojs/redact/index.js'];
const modules = new URL('../node_modules', import.meta.url).pathname;

describe('licences of what the bundles carry', () => {
  test('name each package once, with its terms', () => {
    const found = licencesOf([...inputs, ...inputs], modules).map(({ name, licence }) => `${name}: ${licence}`);
    assert.deepEqual(found, ['@pinojs/redact: MIT', 'yaml: ISC']);
  });

  test('have their whole text', () => {
    assert.match(licencesText(licencesOf(inputs, modules)), /yaml \d+\.\d+\.\d+: ISC\n\nCopyright Eemeli Aro/);
  });

  const terms: readonly [string, boolean][] = [
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['Apache-2.0', true],
    ['GPL-3.0', false],
    ['MIT AND GPL-3.0', false],
    ['unknown', false],
  ];
  for (const [licence, permissive] of terms) {
    test(`${licence} is ${permissive ? 'permissive' : 'refused'}`, () => {
      const refused = refusedLicence({ name: 'a', version: '1', licence, text: '' });
      assert.equal(refused, permissive ? undefined : `a: ${licence}`);
    });
  }
});
