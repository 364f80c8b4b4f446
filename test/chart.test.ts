import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import * as controller from '../controller/options.ts';
import { asObject, isJsonObject, type JsonObject, readNumber, readObject, readString } from '../shared/api/json.ts';
import { heraldVersion } from '../shared/runtime/version.ts';
import * as speaker from '../speaker/options.ts';
import { repositoryFiles, repositoryRoot } from './support/source-tree.ts';

function textOf(file: string): string {
  return readFileSync(path.join(repositoryRoot, file), 'utf8');
}

const values = asObject(parse(textOf('charts/herald/values.yaml')));
/** Names of the values that the schema knows, of the innermost ones where it knows these. */
function pathsOf(schema: JsonObject, prefix = ''): readonly string[] {
  const properties = Object.entries(readObject(schema, 'properties'));
  return properties.flatMap(([name, inner]) => {
    const below = pathsOf(asObject(inner), `${prefix}${name}.`);
    return below.length > 0 ? below : [prefix + name];
  });
}

function valuePaths(object: JsonObject, listed: readonly string[], prefix = ''): readonly string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const isLeaf = listed.includes(prefix + name) || !isJsonObject(value);
    return isLeaf ? [prefix + name] : valuePaths(value, listed, `${prefix}${name}.`);
  });
}

const environment = { NODE_NAME: 'node-a' };

describe('the chart', () => {
  const programs = [
    { name: 'controller', usage: controller.usage, flags: 5 },
    { name: 'speaker', usage: speaker.usage, flags: 12 },
  ];
  for (const { name, usage, flags } of programs) {
    test(`gives the ${name} only flags that it has`, () => {
      const given = [
        ...textOf(`charts/herald/templates/${name}.yaml`).matchAll(/^ +- (?:\{\{ printf ")?(--[a-z-]+)/gm),
      ].map(([, flag]) => flag ?? '');
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
    assert.deepEqual(readObject(values, 'pulses'), {
      intervalMs: options.pulseIntervalMs,
      multiplier: options.pulseMultiplier,
      port: options.pulsePort,
    });
    assert.equal(readString(values, 'failback'), options.failback);
    assert.equal(readString(values, 'strictArp'), options.strictArp);
    assert.equal(readString(values, 'configMapName'), options.configMapName);
    assert.equal(readString(values, 'logLevel'), options.logLevel);
  });

  test('says of each value which ones are allowed, and lists no other', () => {
    const schema = asObject(JSON.parse(textOf('charts/herald/values.schema.json')));
    const listed = pathsOf(schema);
    assert.ok(listed.length > 20);
    assert.deepEqual(listed.filter((name) => name !== 'global').toSorted(), valuePaths(values, listed).toSorted());
  });

  test('has every value that the documentation speaks of', () => {
    const text = ['README.md', ...repositoryFiles().filter((file) => /^docs\/[^/]+\.md$/.test(file))]
      .map(textOf)
      .join('\n');
    const set = [...text.matchAll(/--set ([^\s`]+)/g)].flatMap(([, pairs = '']) =>
      pairs.split(',').map((pair) => pair.replace(/=.*/, '')),
    );
    const groups = 'controller|speaker|pulses|monitoring|crds|image|networkPolicy';
    const named = [...text.matchAll(new RegExp(`\`((?:${groups})\\.[A-Za-z][A-Za-z.]+)(?==|\`)`, 'g'))].map(
      ([, name]) => name,
    );
    const schema = asObject(JSON.parse(textOf('charts/herald/values.schema.json')));
    const listed = pathsOf(schema);
    const isKnown = (name: string): boolean => listed.some((each) => each === name || name.startsWith(`${each}.`));
    assert.ok(set.length >= 15 && named.length >= 10, `${set.length} set, ${named.length} named`);
    assert.deepEqual(
      [...set, ...named].filter((name) => !isKnown(name ?? '')),
      [],
    );
  });

  test('says of each value what it is for, in a comment above it', () => {
    const lines = textOf('charts/herald/values.yaml').split('\n');
    const keys = lines.flatMap((line, index) => {
      const key = /^( *)([A-Za-z]+):/.exec(line);
      // What Kubernetes itself defines goes without.
      return key === null || ['requests', 'limits'].includes(key[2] ?? '')
        ? []
        : [{ key: line, above: lines[index - 1] }];
    });
    assert.ok(keys.length >= 45, `${keys.length} values`);
    assert.deepEqual(
      keys.filter(({ above }) => !/^ *# \S/.test(above ?? '')).map(({ key }) => key),
      [],
    );
  });

  test('gives a speaker that stops more time than it takes', () => {
    assert.ok((readNumber(readObject(values, 'speaker'), 'terminationGracePeriodSeconds') ?? 0) > 10);
  });

  test('has the version of the package and of the programs, and so names the image that is built from it', () => {
    const chart = asObject(parse(textOf('charts/herald/Chart.yaml')));
    const version = readString(asObject(JSON.parse(textOf('package.json'))), 'version');
    assert.ok(version !== undefined);
    assert.deepEqual([chart['version'], chart['appVersion'], heraldVersion], [version, version, version]);
  });
});
