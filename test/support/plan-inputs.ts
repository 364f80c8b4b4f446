import { type EndpointSlice, endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { type IPAddressPool, ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { type Node, nodeResource } from '../../shared/api/node.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import { configFromResources } from '../../shared/config/from-resources.ts';
import type { Config } from '../../shared/config/model.ts';

/** Objects as a small cluster has them, to make plans from. Each takes what the test is about as an override. */

export const planNamespace = 'herald-system';

export interface ServiceFields {
  readonly name?: string;
  readonly ips?: readonly string[];
  readonly spec?: JsonObject;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly conditions?: readonly JsonObject[];
}

export function aService(fields: ServiceFields = {}): Service {
  return serviceResource.parse(serviceJson(fields));
}

export function serviceJson(fields: ServiceFields = {}): JsonObject {
  return {
    metadata: {
      name: fields.name ?? 'web',
      namespace: 'shop',
      generation: 1,
      uid: `uid-${fields.name ?? 'web'}`,
      labels: fields.labels ?? {},
      annotations: fields.annotations ?? { 'metallb.io/ip-allocated-from-pool': 'lan' },
    },
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ...fields.spec },
    status: {
      loadBalancer: { ingress: (fields.ips ?? ['10.0.0.1']).map((ip) => ({ ip })) },
      conditions: fields.conditions ?? [],
    },
  };
}

/** An EndpointSlice of the Service in `shop`; each endpoint by its node, or with fields of its own. */
export function aSlice(service: string, endpoints: readonly (string | JsonObject)[]): EndpointSlice {
  return endpointSliceResource.parse(sliceJson(service, endpoints));
}

export function sliceJson(service: string, endpoints: readonly (string | JsonObject)[]): JsonObject {
  return {
    metadata: { name: `${service}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
    endpoints: endpoints.map((endpoint) =>
      typeof endpoint === 'string' ? { nodeName: endpoint, conditions: { ready: true } } : endpoint,
    ),
  };
}

export interface NodeFields {
  readonly labels?: JsonObject;
  readonly spec?: JsonObject;
  /** Status of the condition Ready. */
  readonly ready?: string;
  readonly conditions?: readonly JsonObject[];
}

export function aNode(name: string, fields: NodeFields = {}): Node {
  return nodeResource.parse(nodeJson(name, fields));
}

export function nodeJson(name: string, fields: NodeFields = {}): JsonObject {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...fields.labels } },
    spec: fields.spec ?? {},
    status: { conditions: [{ type: 'Ready', status: fields.ready ?? 'True' }, ...(fields.conditions ?? [])] },
  };
}

export function aPool(name: string, addresses: readonly string[]): IPAddressPool {
  return ipAddressPoolResource.parse({ metadata: { name, namespace: planNamespace }, spec: { addresses } });
}

export function anAdvertisement(name: string, spec: JsonObject = {}): L2Advertisement {
  return l2AdvertisementResource.parse({ metadata: { name, namespace: planNamespace }, spec });
}

/** Pool `lan` (10.0.0.0/24 and 2001:db8::/120) and an advertisement of everything, unless told otherwise. */
export function aConfig(
  advertisements: readonly L2Advertisement[] = [anAdvertisement('all')],
  pools: readonly IPAddressPool[] = [aPool('lan', ['10.0.0.0/24', '2001:db8::/120'])],
): Config {
  return configFromResources({ namespace: planNamespace, pools, advertisements }).config;
}
