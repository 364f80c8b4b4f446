import { type JsonObject, readObject, readString } from '../../../shared/api/json.ts';
import type { Cluster } from '../cluster.ts';
import { readManifests } from '../custom-resources.ts';
import { hasKubectl, kubectl } from './kubectl.ts';

const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  ConfigMap: (namespace) => `/api/v1/namespaces/${namespace}/configmaps`,
  IPAddressPool: (namespace) => `/apis/metallb.io/v1beta1/namespaces/${namespace}/ipaddresspools`,
  L2Advertisement: (namespace) => `/apis/metallb.io/v1beta1/namespaces/${namespace}/l2advertisements`,
};

/** Applies manifests: by `kubectl apply -f -` where there is a kubectl, else by creating or replacing each object. */
export async function applyManifests({ api, kubeconfig }: Cluster, yaml: string): Promise<void> {
  if (hasKubectl()) {
    const result = await kubectl(kubeconfig, ['apply', '-f', '-'], yaml);
    if (result.code !== 0) throw new Error(`kubectl apply: ${result.stderr.trim()}`);
    return;
  }
  for (const manifest of readManifests(yaml)) {
    const collection = collectionOf(manifest);
    const path = `${collection}/${readString(readObject(manifest, 'metadata'), 'name') ?? ''}`;
    if ((await api.find(path)) === undefined) await api.create(collection, manifest);
    else await api.mergePatch(path, manifest);
  }
}

export function collectionOf(manifest: JsonObject): string {
  const kind = readString(manifest, 'kind') ?? '';
  const namespace = readString(readObject(manifest, 'metadata'), 'namespace') ?? 'default';
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`cannot apply a ${kind}: its path is not known here`);
  return collection(namespace);
}
