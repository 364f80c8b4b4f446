import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Helm shows the notes only of what it installs: here they are a template of a copy. */
function renderNotes(name: string): Promise<string> {
  const copy = mkdtempSync(path.join(tmpdir(), 'herald-notes-'));
  cpSync(chart, copy, { recursive: true });
  cpSync(path.join(chart, 'templates/NOTES.txt'), path.join(copy, 'notes.txt'));
  writeFileSync(path.join(copy, 'templates/notes.yaml'), 'notes: |\n{{ tpl (.Files.Get "notes.txt") . | indent 2 }}\n');
  const values = path.join(scenarios, `${name}.yaml`);
  return run([
    ...['template', 'herald', copy, '--kube-version', '1.34.0'],
    ...['--values', values, '--show-only', 'templates/notes.yaml'],
  ]);
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

  test(
    'passes on what expressions for interfaces hold, and how many speakers may be replaced at once',
    without,
    async () => {
      const values = 'speaker.excludeInterfaces={a#,b: c},speaker.maxUnavailable=10%';
      const rendered = await run(['template', 'lb', chart, '--kube-version', '1.34.0', '--set', values]);
      assert.match(rendered, /^ +- "--exclude-interfaces=a#,b: c"$/m);
      assert.match(rendered, /rollingUpdate: \{ maxUnavailable: 10% \}/);
    },
  );

  const noted: readonly [string, readonly string[], readonly string[]][] = [
    // A shell takes the pool as it stands: but for the two spaces of the YAML around it, the last line begins with EOF.
    ['default', ['port 7946', '\n  EOF\n', 'image.repository'], ['loadBalancerClass', 'crds.enabled', 'privileged,']],
    ['restricted-registry', ['port 7946'], ['image.repository']],
    ['beside-metallb', ['port 7947', 'loadBalancerClass: herald.example/lb', 'crds.enabled=false'], []],
    ['ipvs-enforce', ['are privileged, to set its sysctls'], ['raw sockets']],
  ];
  for (const [name, said, unsaid] of noted) {
    test(`says what to do next: ${name}`, without, async () => {
      const notes = await renderNotes(name);
      assert.deepEqual(
        said.filter((text) => !notes.includes(text)),
        [],
      );
      assert.deepEqual(
        unsaid.filter((text) => notes.includes(text)),
        [],
      );
    });
  }

  const refused: readonly [string, string, RegExp][] = [
    ['a key that is none', 'speaker.prot=1', /prot/],
    ['a mode that is none', 'strictArp=yes', /strictArp/],
    ['a digest that is none', 'image.digest=latest', /digest/],
    ['a class that is none', 'loadBalancerClass=a/b/c', /loadBalancerClass/],
    ['an expression that its comma would cut in two', 'speaker.excludeInterfaces[0]=^a{1\\,2}', /excludeInterfaces/],
    ["a label in place of the chart's own", 'speaker.podLabels.app\\.kubernetes\\.io/name=x', /podLabels/],
    ['no speaker at a time', 'speaker.maxUnavailable=0', /maxUnavailable/],
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
