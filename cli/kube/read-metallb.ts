import { metallbGroup } from '../../shared/api/ip-address-pool.ts';
import { asObject, type JsonObject } from '../../shared/api/json.ts';
import { type ApiObject, parseMeta } from '../../shared/api/object-meta.ts';
import { apiVersionOf, type ResourceType } from '../../shared/api/resource-type.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import type { SourceObjects } from '../migrate/source-objects.ts';
import { listAll } from './list-all.ts';

/** An object with all that stands in it. */
interface WholeObject extends ApiObject {
  readonly json: JsonObject;
}

const inGroup = (version: string, kind: string, plural: string) => wholeResource(metallbGroup, version, kind, plural);

/** Each in the versions that clusters have, the newest first. */
const kinds: readonly (readonly ResourceType<WholeObject>[])[] = [
  [inGroup('v1beta1', 'IPAddressPool', 'ipaddresspools')],
  [inGroup('v1beta1', 'L2Advertisement', 'l2advertisements')],
  [inGroup('v1beta1', 'Community', 'communities')],
  [inGroup('v1beta1', 'BFDProfile', 'bfdprofiles')],
  [inGroup('v1beta2', 'BGPPeer', 'bgppeers'), inGroup('v1beta1', 'BGPPeer', 'bgppeers')],
  [inGroup('v1beta1', 'BGPAdvertisement', 'bgpadvertisements')],
  [inGroup('v1beta1', 'AddressPool', 'addresspools'), inGroup('v1alpha1', 'AddressPool', 'addresspools')],
  [wholeResource('apps', 'v1', 'Deployment', 'deployments')],
  [wholeResource('apps', 'v1', 'DaemonSet', 'daemonsets')],
];
const configMaps = wholeResource('', 'v1', 'ConfigMap', 'configmaps');
const configMapNames: readonly string[] = ['config', 'metallb-excludel2'];

/**
 * All that says how the MetalLB in that namespace is configured. What may not be read is named in `unreadable`.
 * @throws ApiError where the API server can't be asked
 */
export async function readMetallb(client: ApiClient, namespace: string): Promise<SourceObjects> {
  const unreadable: string[] = [];
  const tolerate = async <R>(what: string, read: () => Promise<R>, otherwise: R): Promise<R> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'Forbidden') throw error;
      unreadable.push(`${what} in ${namespace} can't be read: ${errorText(error)}`);
      return otherwise;
    }
  };
  const lists = kinds.map((versions) =>
    tolerate(versions[0]?.plural ?? '', () => listNewest(client, versions, namespace), []),
  );
  const maps = configMapNames.map((name) =>
    tolerate(`ConfigMap ${name}`, () => client.get(configMaps, { namespace, name }), undefined),
  );
  const found = [...(await Promise.all(lists)).flat(), ...(await Promise.all(maps))];
  return {
    name: `namespace ${namespace}`,
    objects: found.flatMap((object) => (object === undefined ? [] : [object.json])),
    configLine: undefined,
    unreadable: unreadable.toSorted(),
  };
}

/** In the first version that the API server serves; empty where it serves none. */
async function listNewest(
  client: ApiClient,
  versions: readonly ResourceType<WholeObject>[],
  namespace: string,
): Promise<readonly WholeObject[]> {
  for (const type of versions) {
    try {
      return await listAll(client, type, { namespace });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'NotFound') throw error;
    }
  }
  return [];
}

/** Entries of a list do not say what they are. */
function wholeResource(group: string, version: string, kind: string, plural: string): ResourceType<WholeObject> {
  const apiVersion = apiVersionOf({ group, version });
  return {
    group,
    version,
    kind,
    plural,
    namespaced: true,
    parse: (json) => ({ meta: parseMeta(asObject(json)), json: { ...asObject(json), apiVersion, kind } }),
  };
}
