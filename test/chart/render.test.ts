import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { findHelm, runHelm } from '../cluster/helm.ts';
import { repositoryRoot } from '../support/source-tree.ts';

const chart = path.join(repositoryRoot, 'charts/herald');
const scenarios = path.join(import.meta.dirname, 'scenarios');
const names = readdirSync(scenarios).map((file) => path.basename(file, '.yaml'));
const helm = findHelm();
const without = helm === undefined ? { skip: 'helm is not on this machine; the gate installs it' } : {};
/** HERALD_UPDATE_GOLDEN=1 writes what is rendered now; read the difference before you keep it. */
const update = process.env['HERALD_UPDATE_GOLDEN'] === '1';

async function run(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHelm(helm ?? '', args, mkdtempSync(path.join(tmpdir(), 'herald-helm-')));
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

function render(name: string): Promise<string> {
  const values = path.join(scenarios, `${name}.yaml`);
  // The definitions are files of their own, which the golden text would only repeat.
  const args = ['--namespace', 'herald-system', '--kube-version', '1.34.0', '--values', values];
  return run(['template', 'herald', chart, ...args]);
}

/** Without what repeats files of the chart: the definitions, the alerts and the dashboard. */
function essence(rendered: string): string {
  const documents = rendered.split(/^---\n/m).filter((document) => !document.includes('templates/crds.yaml'));
  return documents
    .join('---\n')
    .replace(/^( +)groups:\n( {4,}.*\n|\n)*/m, '$1groups: (files/alerts.yaml)\n')
    .replace(/^( +herald\.json: ).*$/m, '$1(files/dashboard.json)');
}

describe('the chart, rendered by Helm', () => {
  test('has no fault that lint finds', without, async () => {
    await run(['lint', '--strict', chart, '--kube-version', '1.34.0']);
  });

  test('there are six scenarios', () => {
    assert.equal(names.length, 6);
  });

  for (const name of names) {
    test(`is what was agreed on: ${name}`, without, async () => {
      const golden = path.join(import.meta.dirname, 'golden', `${name}.yaml`);
      const rendered = essence(await render(name));
      if (update) writeFileSync(golden, rendered);
      assert.ok(existsSync(golden), `there is no ${golden}`);
      assert.equal(rendered, readFileSync(golden, 'utf8'));
    });
  }

  test('carries the definitions unless they are there already', without, async () => {
    const count = async (name: string): Promise<number> =>
      (await render(name)).match(/^kind: CustomResourceDefinition$/gm)?.length ?? 0;
    assert.deepEqual([await count('default'), await count('beside-metallb')], [9, 0]);
  });

  const refused: readonly [string, string, RegExp][] = [
    ['a key that is none', 'speaker.prot=1', /prot/],
    ['a mode that is none', 'strictArp=yes', /strictArp/],
    ['a digest that is none', 'image.digest=latest', /digest/],
  ];
  for (const [what, value, complaint] of refused) {
    test(`refuses ${what}`, without, async () => {
      const args = ['template', 'herald', chart, '--kube-version', '1.34.0', '--set', value];
      const { code, stderr } = await runHelm(helm ?? '', args, mkdtempSync(path.join(tmpdir(), 'herald-helm-')));
      assert.notEqual(code, 0);
      assert.match(stderr, complaint);
    });
  }
});
