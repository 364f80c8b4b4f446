import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, readString } from '../../shared/api/json.ts';
import { readManifests } from './custom-resources.ts';

const golden = join(import.meta.dirname, '..', 'chart', 'golden');

/** What Helm renders of the chart with a scenario's values, as the chart's tests keep it. */
export function renderedChart(scenario: 'default' | 'ipvs-enforce'): string {
  return readFileSync(join(golden, `${scenario}.yaml`), 'utf8');
}

/** The only one of its kind among rendered manifests. */
export function workloadIn(rendered: string, kind: 'Deployment' | 'DaemonSet'): JsonObject {
  const found = readManifests(rendered).filter((manifest) => readString(manifest, 'kind') === kind);
  if (found.length !== 1) throw new Error(`cannot tell the ${kind} of the chart: it has ${found.length}`);
  return found[0] ?? {};
}
