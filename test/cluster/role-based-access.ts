import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import type { KubeApi } from './api/kube-api.ts';
import { readManifests } from './custom-resources.ts';

const template = join(import.meta.dirname, '..', '..', 'charts', 'herald', 'templates', 'rbac.yaml');
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** The users that the chart's bindings speak of, once installed as release `herald`. */
export function serviceAccountUser(component: 'controller' | 'speaker', namespace: string): string {
  return `system:serviceaccount:${namespace}:herald-${component}`;
}

/** Grants Herald's programs what the chart grants them, and no more: a real API server holds them to it. */
export async function installRoles(api: KubeApi, namespace: string): Promise<void> {
  for (const manifest of chartRoles(namespace)) {
    const kind = readString(manifest, 'kind') ?? '';
    const plural = `${kind.toLowerCase()}s`;
    const { name, namespace: own = namespace } = readObject(manifest, 'metadata');
    const path = kind.startsWith('Cluster') ? `${rbac}/${plural}` : `${rbac}/namespaces/${own}/${plural}`;
    await api.create(path, { ...manifest, metadata: { name } });
  }
}

/** The chart's Roles and their bindings, as release `herald` in that namespace. */
export function chartRoles(namespace: string): readonly JsonObject[] {
  return readManifests(renderRoles(readFileSync(template, 'utf8'), namespace));
}

/** Fills in the few template actions that the chart's file uses; refuses a text with any other. */
function renderRoles(text: string, namespace: string): string {
  const rendered = text
    .replace(/^\s*labels: \{\{- include "herald\.labels" .*\}\}\n/gm, '')
    .replace(/^\{\{- \$name := .*\}\}\n/m, '')
    .replace(
      /^\{\{- range \$component := list (.*?) \}\}\n([\s\S]*?)^\{\{- end \}\}\n?/m,
      (_, list: string, body: string) =>
        [...list.matchAll(/"(\w+)"/g)].map(([, item = '']) => body.replaceAll('{{ $component }}', item)).join(''),
    )
    .replaceAll('{{ $name }}', 'herald')
    .replaceAll(/\{\{ \$?\.Release\.Namespace \}\}/g, namespace);
  const left = /\{\{.*\}\}/.exec(rendered);
  if (left !== null) throw new Error(`cannot render ${template}: ${left[0]} is not understood here`);
  return rendered;
}
