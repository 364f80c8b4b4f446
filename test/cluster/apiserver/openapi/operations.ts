import { groupVersionPath } from '../discovery/group-version.ts';
import { verbsOf } from '../discovery/verbs.ts';
import type { ResourceDefinition } from '../resource-definition.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One path of a kind and what can be done there. */
export interface ResourcePath {
  readonly path: string;
  readonly pathParameters: readonly string[];
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly method: Method;
  /** x-kubernetes-action. */
  readonly action: string;
  readonly queryParameters: readonly string[];
  readonly mediaTypes: readonly string[];
}

const listParameters = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'];
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];
const anyMedia = ['*/*'];

/** Every path of one kind, as OpenAPI lists them. */
export function resourcePaths(definition: ResourceDefinition): readonly ResourcePath[] {
  const base = `/${groupVersionPath(definition)}`;
  const { namespaced, plural } = definition;
  const root = namespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
  const inNamespace = namespaced ? ['namespace'] : [];
  const post: Operation = { method: 'post', action: 'post', queryParameters: writeParameters, mediaTypes: anyMedia };
  if (!verbsOf(definition).includes('get')) return [{ path: root, pathParameters: inNamespace, operations: [post] }];
  const list: Operation = { method: 'get', action: 'list', queryParameters: listParameters, mediaTypes: anyMedia };
  const clear: Operation = {
    method: 'delete',
    action: 'deletecollection',
    queryParameters: [...listParameters, ...deleteParameters],
    mediaTypes: anyMedia,
  };
  const named = [...inNamespace, 'name'];
  const paths: ResourcePath[] = [
    { path: root, pathParameters: inNamespace, operations: [list, post, clear] },
    { path: `${root}/{name}`, pathParameters: named, operations: itemOperations(definition) },
  ];
  if (namespaced) paths.push({ path: `${base}/${plural}`, pathParameters: [], operations: [list] });
  if (definition.statusSubresource) {
    const operations = itemOperations(definition).filter(({ method }) => method !== 'delete');
    paths.push({ path: `${root}/{name}/status`, pathParameters: named, operations });
  }
  return paths;
}

function itemOperations(definition: ResourceDefinition): readonly Operation[] {
  return [
    { method: 'get', action: 'get', queryParameters: [], mediaTypes: anyMedia },
    { method: 'put', action: 'put', queryParameters: writeParameters, mediaTypes: anyMedia },
    {
      method: 'patch',
      action: 'patch',
      queryParameters: [...writeParameters, 'force'],
      mediaTypes: patchTypes(definition),
    },
    { method: 'delete', action: 'delete', queryParameters: deleteParameters, mediaTypes: anyMedia },
  ];
}

/** Custom resources know no strategic merge. */
function patchTypes(definition: ResourceDefinition): readonly string[] {
  const general = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];
  return definition.structural ? general : [...general, 'application/strategic-merge-patch+json'];
}
