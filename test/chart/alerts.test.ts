import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { ControllerMetrics } from '../../controller/metrics.ts';
import { asObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { createRegistry } from '../../shared/runtime/metrics.ts';
import { SpeakerMetrics } from '../../speaker/metrics.ts';
import { repositoryRoot } from '../support/source-tree.ts';

const files = path.join(repositoryRoot, 'charts/herald/files');
const alerts = readFileSync(path.join(files, 'alerts.yaml'), 'utf8');
const dashboard = readFileSync(path.join(files, 'dashboard.json'), 'utf8');

/** All that both programs tell; of a histogram the three names that queries use. */
function metricNames(): ReadonlySet<string> {
  const registries = [createRegistry(), createRegistry()] as const;
  new ControllerMetrics(registries[0]);
  new SpeakerMetrics(registries[1]);
  const metrics = registries.flatMap((registry) => registry.getMetricsAsArray());
  return new Set(
    metrics.flatMap((metric) =>
      'buckets' in metric ? ['_bucket', '_sum', '_count'].map((suffix) => metric.name + suffix) : [metric.name],
    ),
  );
}

function metricsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b(herald|process)_[a-z_]+/g) ?? [])];
}

const rules = readObjects(asObject(parse(alerts)), 'groups').flatMap((group) => readObjects(group, 'rules'));
const panels = readObjects(asObject(JSON.parse(dashboard)), 'panels');
const queries = panels.flatMap((panel) =>
  readObjects(panel, 'targets').map((target) => readString(target, 'expr') ?? ''),
);

const promtool = spawnSync('promtool', ['--version']);
const without = promtool.error === undefined ? {} : { skip: 'promtool is not on this machine; the gate installs it' };

describe('the alerts', () => {
  test('ask only for metrics that there are', () => {
    const known = metricNames();
    const asked = metricsIn(rules.map((rule) => readString(rule, 'expr') ?? '').join('\n'));
    assert.ok(asked.length > 10);
    assert.deepEqual(
      asked.filter((name) => !known.has(name)),
      [],
    );
  });

  test('each say what is wrong, what that means and what to do', () => {
    assert.ok(rules.length > 10);
    for (const rule of rules) {
      const texts = readObject(rule, 'annotations');
      for (const name of ['summary', 'description', 'remedy']) {
        assert.ok((readString(texts, name) ?? '').length > 10, `${readString(rule, 'alert')} has no ${name}`);
      }
    }
  });

  test('fire when they should, and only then, by promtool', without, () => {
    const cases = path.join(repositoryRoot, 'test/chart/alerts.promtool.yaml');
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', cases], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    const named = readFileSync(cases, 'utf8');
    assert.deepEqual(
      rules.map((rule) => readString(rule, 'alert') ?? '').filter((name) => !named.includes(name)),
      [],
      'every alert has a case in which it fires',
    );
  });
});

describe('the dashboard', () => {
  test('asks only for metrics that there are', () => {
    const known = metricNames();
    const asked = metricsIn(queries.join('\n'));
    assert.ok(asked.length > 20);
    assert.deepEqual(
      asked.filter((name) => !known.has(name)),
      [],
    );
  });

  test('asks what promtool can read', without, (t) => {
    const grafana: Readonly<Record<string, string>> = { __rate_interval: '5m', __range: '1h', namespace: '.*' };
    const asRules = queries.map((query, index) => ({
      record: `query:${index}`,
      expr: query.replace(/\$(\w+)/g, (_, name: string) => grafana[name] ?? ''),
    }));
    const folder = mkdtempSync(path.join(tmpdir(), 'herald-queries-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'rules.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: asRules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });

  test('asks each query of the chosen namespace', () => {
    assert.ok(queries.length > 25);
    for (const query of queries) {
      const selectors = query.match(/(herald|process)_[a-z_]+(\{[^}]*\})?/g) ?? [];
      for (const selector of selectors) assert.match(selector, /\{namespace=~"\$namespace"/);
    }
  });

  test('has panels that do not overlap, each with an id of its own', () => {
    const cells = panels.flatMap((panel) => {
      const { x, y, w, h } = asObject(panel['gridPos']);
      return Array.from({ length: Number(w) * Number(h) }, (_, index) => {
        return `${Number(x) + (index % Number(w))},${Number(y) + Math.floor(index / Number(w))}`;
      });
    });
    assert.equal(new Set(cells).size, cells.length);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  });
});
