import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { type GroupVersion, groupVersionsOf, groupVersionText, versionsOf } from './group-version.ts';
import { statusVerbs, verbsOf } from './verbs.ts';

/** GET /api */
export function apiVersions(serverAddress: string): JsonMap {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** GET /apis */
export function apiGroupList(definitions: readonly ResourceDefinition[]): JsonMap {
  const groups = namedGroups(definitions).map((group) => groupOf(definitions, group));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** GET /apis/GROUP; undefined where no kind is in it. */
export function apiGroup(definitions: readonly ResourceDefinition[], group: string): JsonMap | undefined {
  if (!namedGroups(definitions).includes(group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(definitions, group) };
}

/** GET /api/v1 and /apis/GROUP/VERSION; undefined where no kind is in it. */
export function apiResourceList(
  definitions: readonly ResourceDefinition[],
  groupVersion: GroupVersion,
): JsonMap | undefined {
  const served = servedIn(definitions, groupVersion);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionText(groupVersion),
    resources: served.flatMap((definition) => {
      const { kind, namespaced, plural, singular } = definition;
      const main: JsonMap = { name: plural, singularName: singular, namespaced, kind, verbs: [...verbsOf(definition)] };
      if (definition.shortNames.length > 0) main['shortNames'] = [...definition.shortNames];
      if (definition.categories.length > 0) main['categories'] = [...definition.categories];
      if (!definition.statusSubresource) return [main];
      return [main, { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: [...statusVerbs] }];
    }),
  };
}

/** Groups with a name: all but the core group. */
export function namedGroups(definitions: readonly ResourceDefinition[]): readonly string[] {
  return [...new Set(groupVersionsOf(definitions).map(({ group }) => group))].filter((group) => group !== '');
}

export function servedIn(
  definitions: readonly ResourceDefinition[],
  { group, version }: GroupVersion,
): readonly ResourceDefinition[] {
  return definitions.filter((definition) => definition.group === group && definition.version === version);
}

function groupOf(definitions: readonly ResourceDefinition[], group: string): JsonMap {
  const versions = versionsOf(definitions, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] ?? {} };
}
