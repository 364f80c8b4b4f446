import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { asObject, isJsonObject, type JsonObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import type { KubeApi } from './api/kube-api.ts';
import { eventually } from './eventually.ts';

const folder = join(import.meta.dirname, '..', '..', 'charts', 'herald', 'files', 'crds');
const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Every document of a YAML text that is an object. */
export function readManifests(text: string): readonly JsonObject[] {
  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isJsonObject);
}

/** Installs the CRDs of a folder, the chart's by default, and waits until they are served; returns their kinds. */
export async function installCustomResources(api: KubeApi, from = folder): Promise<readonly string[]> {
  const definitions = readdirSync(from)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => readManifests(readFileSync(join(from, file), 'utf8')));
  if (definitions.length === 0) throw new Error(`cannot install the CRDs: none in ${from}`);
  await Promise.all(definitions.map((definition) => install(api, definition)));
  return definitions.map((definition) => readString(readObject(readObject(definition, 'spec'), 'names'), 'kind') ?? '');
}

async function install(api: KubeApi, definition: JsonObject): Promise<void> {
  await api.create(collection, definition);
  const name = readString(readObject(definition, 'metadata'), 'name') ?? '';
  await eventually(`${name} established`, async () => {
    const status = readObject(await api.get(`${collection}/${name}`), 'status');
    const established = readObjects(status, 'conditions').some(
      (condition) => condition['type'] === 'Established' && condition['status'] === 'True',
    );
    return established || undefined;
  });
  // Established comes a moment before the path is served.
  const spec = asObject(definition['spec']);
  const version = readString(readObjects(spec, 'versions')[0] ?? {}, 'name') ?? '';
  const plural = readString(readObject(spec, 'names'), 'plural') ?? '';
  const path = `/apis/${readString(spec, 'group') ?? ''}/${version}/${plural}`;
  await eventually(`${path} served`, async () => ((await api.raw(path)).status === 200 ? true : undefined));
}
