import * as v from 'valibot';
import { type ConfigMap, configMapResource } from '../api/config-map.ts';
import { quotedText } from '../net/quoted-text.ts';
import { bgpFromConfigMap, checkBgp } from './config-map-bgp.ts';
import { advertisementsFor, checkPools, poolFromConfigMap } from './config-map-pools.ts';
import { type ConfigMapProblem, errorAt, pathText } from './config-map-problem.ts';
import { type ConfigMapContent, configMapSchema } from './config-map-schema.ts';
import { compareText, findingOf } from './finding-text.ts';
import type { Config, ConfigResult, Finding } from './model.ts';
import { parseYaml, type YamlPosition } from './yaml-document.ts';

/** The key of the ConfigMap's data that holds the YAML. */
const dataKey = 'config';

type Content =
  | { readonly ok: true; readonly content: ConfigMapContent; readonly problems: readonly ConfigMapProblem[] }
  | { readonly ok: false; readonly problems: readonly ConfigMapProblem[] };

/** Reads the v0.12 ConfigMap, strictly: one error, and it can't be used at all. An empty text is an empty configuration. */
export function configFromConfigMap(configMap: ConfigMap): ConfigResult {
  const { content, findings } = contentOfConfigMap(configMap);
  return { config: content && toConfig(content), findings };
}

/** What stands in the ConfigMap, checked as `configFromConfigMap` does; undefined where it can't be used. */
export function contentOfConfigMap(configMap: ConfigMap): {
  readonly content: ConfigMapContent | undefined;
  readonly findings: readonly Finding[];
} {
  const { namespace, name } = configMap.meta;
  const object = { kind: configMapResource.kind, namespace, name };
  const text = configMap.data[dataKey];
  if (text === undefined) {
    const found = Object.keys(configMap.data).slice(0, 5).map(quotedText);
    const has = found.length === 0 ? 'no key' : `only ${found.join(', ')}`;
    const missing = `the key is missing (the data has ${has}); put the YAML under "${dataKey}", even if it is empty`;
    return {
      content: undefined,
      findings: [findingOf(object, { severity: 'error', path: 'data.config', text: missing })],
    };
  }
  const yaml = parseYaml(text);
  const finding = (problem: ConfigMapProblem, position: YamlPosition): Finding => {
    const { severity, path } = problem;
    const place = `(line ${position.line}, column ${position.column})`;
    return findingOf(object, { severity, path: pathText(path), text: `${problem.text} ${place}` });
  };
  if (!yaml.ok) return { content: undefined, findings: [finding(errorAt([], yaml.text), yaml.position)] };
  const read = readContent(yaml.document.root);
  const findings = read.problems.map((problem) =>
    finding(problem, yaml.document.locate(problem.path, problem.atKey ?? false)),
  );
  return { content: read.ok ? read.content : undefined, findings };
}

function readContent(root: unknown): Content {
  const parsed = v.safeParse(configMapSchema, root ?? {});
  if (!parsed.success) return { ok: false, problems: parsed.issues.map(problemOf) };
  const content = parsed.output;
  const problems = [...checkPools(content['address-pools']), ...checkBgp(content)];
  if (problems.some((problem) => problem.severity === 'error')) return { ok: false, problems };
  return { ok: true, content, problems };
}

function problemOf(issue: v.BaseIssue<unknown>): ConfigMapProblem {
  const steps = issue.path ?? [];
  const path = steps.flatMap(({ key }) => (typeof key === 'string' || typeof key === 'number' ? [key] : []));
  return { severity: 'error', path, text: issue.message, atKey: steps.at(-1)?.origin === 'key' };
}

function toConfig(content: ConfigMapContent): Config {
  const pools = content['address-pools'].toSorted((a, b) => compareText(a.name, b.name));
  return {
    source: 'configMap',
    pools: new Map(pools.map((pool) => [pool.name, poolFromConfigMap(pool)])),
    advertisements: advertisementsFor(pools),
    setAside: new Set(),
    bgp: bgpFromConfigMap(content),
  };
}
