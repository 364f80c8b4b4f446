import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { aggregatedDiscovery, discoveryContentType, discoveryForm } from './aggregated.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './documents.ts';

export interface DiscoveryRequest {
  readonly definitions: readonly ResourceDefinition[];
  /** Path of the URL: /api, /api/v1, /apis, /apis/GROUP or /apis/GROUP/VERSION. */
  readonly path: string;
  readonly accept: string;
  /** host:port, for /api. */
  readonly serverAddress: string;
}

export interface DiscoveryAnswer {
  readonly contentType: string;
  readonly document: JsonMap;
}

/** The discovery document at a path; undefined where the path is none, or names what is not served. */
export function discoveryAt({
  definitions,
  path,
  accept,
  serverAddress,
}: DiscoveryRequest): DiscoveryAnswer | undefined {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  if (root !== 'api' && root !== 'apis') return undefined;
  const form = discoveryForm(accept);
  if (rest.length === 0 && form !== 'plain') {
    return { contentType: discoveryContentType(form), document: aggregatedDiscovery(definitions, root, form) };
  }
  const [first, second, ...more] = rest;
  if (more.length > 0) return undefined;
  if (root === 'api') {
    if (first === undefined) return plain(apiVersions(serverAddress));
    return second === undefined ? plain(apiResourceList(definitions, { group: '', version: first })) : undefined;
  }
  if (first === undefined) return plain(apiGroupList(definitions));
  if (second === undefined) return plain(apiGroup(definitions, first));
  return plain(apiResourceList(definitions, { group: first, version: second }));
}

function plain(document: JsonMap | undefined): DiscoveryAnswer | undefined {
  return document === undefined ? undefined : { contentType: 'application/json', document };
}
