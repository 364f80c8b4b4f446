import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { namedGroups, servedIn } from './documents.ts';
import { versionsOf } from './group-version.ts';
import { statusVerbs, verbsOf } from './verbs.ts';

/** Versions of apidiscovery.k8s.io that the server speaks, and the plain documents. */
export type DiscoveryForm = 'v2' | 'v2beta1' | 'plain';

/** What an Accept header of a GET on /api or /apis asks for. */
export function discoveryForm(accept: string): DiscoveryForm {
  for (const range of accept.split(',')) {
    const [media = '', ...parameters] = range.split(';').map((text) => text.trim());
    if (parameters.includes('g=apidiscovery.k8s.io') && parameters.includes('as=APIGroupDiscoveryList')) {
      if (parameters.includes('v=v2')) return 'v2';
      if (parameters.includes('v=v2beta1')) return 'v2beta1';
    } else if (media === 'application/json' || media === '*/*') return 'plain';
  }
  return 'plain';
}

export function discoveryContentType(form: DiscoveryForm): string {
  return form === 'plain'
    ? 'application/json'
    : `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
}

/** Aggregated discovery (apidiscovery.k8s.io) of /api or /apis: all groups with their versions and kinds in one. */
export function aggregatedDiscovery(
  definitions: readonly ResourceDefinition[],
  root: 'api' | 'apis',
  form: 'v2' | 'v2beta1',
): JsonMap {
  const groups = root === 'api' ? [''] : namedGroups(definitions);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: groups.map((group) => groupDiscovery(definitions, group)),
  };
}

function groupDiscovery(definitions: readonly ResourceDefinition[], group: string): JsonMap {
  const versions = versionsOf(definitions, group).map((version) => ({
    version,
    resources: servedIn(definitions, { group, version }).map(resourceDiscovery),
    freshness: 'Current',
  }));
  return { metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null }, versions };
}

function resourceDiscovery(definition: ResourceDefinition): JsonMap {
  const responseKind = { group: definition.group, version: definition.version, kind: definition.kind };
  const resource: JsonMap = {
    resource: definition.plural,
    responseKind,
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: definition.singular,
    verbs: [...verbsOf(definition)],
  };
  if (definition.shortNames.length > 0) resource['shortNames'] = [...definition.shortNames];
  if (definition.categories.length > 0) resource['categories'] = [...definition.categories];
  if (definition.statusSubresource) {
    resource['subresources'] = [{ subresource: 'status', responseKind, verbs: [...statusVerbs] }];
  }
  return resource;
}
