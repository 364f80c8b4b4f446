import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import * as controller from '../controller/options.ts';
import { asObject, readNumber, readObject, readString } from '../shared/api/json.ts';
import { heraldVersion } from '../shared/runtime/version.ts';
import * as speaker from '../speaker/options.ts';
import { repositoryRoot } from './support/source-tree.ts';

function textOf(file: string): string {
  return readFileSync(path.join(repositoryRoot, file), 'utf8');
}

const values = asObject(parse(textOf('charts/herald/values.yaml')));
const environment = { NODE_NAME: 'node-a' };

describe('the chart', () => {
  const programs = [
    { name: 'controller', usage: controller.usage, flags: 5 },
    { name: 'speaker', usage: speaker.usage, flags: 7 },
  ];
  for (const { name, usage, flags } of programs) {
    test(`gives the ${name} only flags that it has`, () => {
      const given = [...textOf(`charts/herald/templates/${name}.yaml`).matchAll(/^ +- (--[a-z-]+)/gm)].map(
        ([, flag]) => flag ?? '',
      );
      assert.equal(given.length, flags);
      assert.deepEqual(
        given.filter((flag) => !usage.includes(`  ${flag} `)),
        [],
      );
    });
  }

  test('has the defaults of the controller', () => {
    const options = controller.readOptions([], environment);
    const given = readObject(values, 'controller');
    assert.equal(readNumber(given, 'port'), options.listen.port);
    assert.equal(readNumber(given, 'writeConcurrency'), options.writeConcurrency);
    assert.equal(readString(values, 'configMapName'), options.configMapName);
    assert.equal(readString(values, 'logLevel'), options.logLevel);
  });

  test('has the defaults of the speaker', () => {
    const options = speaker.readOptions([], environment);
    const given = readObject(values, 'speaker');
    assert.equal(readNumber(given, 'port'), options.listen.port);
    assert.equal(readNumber(given, 'announceRefreshSeconds'), options.announceRefreshSeconds);
    assert.equal(given['ignoreExcludeLb'], options.ignoreExcludeLabel);
    assert.equal(readString(values, 'configMapName'), options.configMapName);
    assert.equal(readString(values, 'logLevel'), options.logLevel);
  });

  test('has the version of the package and of the programs, and so names the image that is built from it', () => {
    const chart = asObject(parse(textOf('charts/herald/Chart.yaml')));
    const version = readString(asObject(JSON.parse(textOf('package.json'))), 'version');
    assert.ok(version !== undefined);
    assert.deepEqual([chart['version'], chart['appVersion'], heraldVersion], [version, version, version]);
  });
});
