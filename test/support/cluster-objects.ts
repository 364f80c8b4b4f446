import type { Cluster } from '../../cli/cluster.ts';
import { installationOf, noOverrides } from '../../cli/installation.ts';
import { configMapResource } from '../../shared/api/config-map.ts';
import { endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { namespaceResource } from '../../shared/api/namespace.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { leaseSpecJson } from '../../shared/kube/lease-spec.ts';
import { encodeSpeakerFacts, type SpeakerFacts } from '../../speaker/membership/speaker-facts.ts';
import { l2StatusName } from '../../speaker/status/l2-status.ts';
import { aNode, sliceJson } from './plan-inputs.ts';
import { abc, speaker } from './plan-world.ts';

/** When the clusters of these tests are looked at. */
export const clusterNowMs = Date.UTC(2026, 0, 1, 12);
const namespace = 'herald-system';

export interface ServiceOf {
  readonly name?: string;
  readonly ips?: readonly string[];
  readonly pool?: string;
  readonly spec?: JsonObject;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly conditions?: readonly JsonObject[];
}

/** A Service `shop/NAME` on TCP/80, with the addresses that its status names. */
export function serviceObject({ name = 'web', ips = [], pool = 'lan', ...fields }: ServiceOf): JsonObject {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: fields.labels ?? {},
      annotations: { ...(ips.length > 0 ? { 'metallb.io/ip-allocated-from-pool': pool } : {}), ...fields.annotations },
    },
    spec: {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.10'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      selector: { app: name },
      ports: [{ protocol: 'TCP', port: 80 }],
      ...fields.spec,
    },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) }, conditions: fields.conditions ?? [] },
  };
}

export function poolObject(name: string, spec: JsonObject): JsonObject {
  return { metadata: { name, namespace, uid: `uid-${name}`, generation: 1 }, spec };
}

export function advertisementObject(name: string, spec: JsonObject = {}): JsonObject {
  return { metadata: { name, namespace, uid: `uid-${name}`, generation: 1 }, spec };
}

export interface LeaseOf {
  readonly facts?: Partial<SpeakerFacts>;
  /** Since the last renewal. */
  readonly agoMs?: number;
  readonly released?: boolean;
}

/** The Lease of the speaker on that node. */
export function leaseObject(node: string, { facts = {}, agoMs = 1_000, released = false }: LeaseOf = {}): JsonObject {
  const macs = [`02:00:00:00:00:0${node.slice(-1)}`];
  const said = Object.entries(encodeSpeakerFacts({ ...speaker, macs, ...facts })).filter(([, value]) => value !== null);
  const times = { acquireMs: clusterNowMs - 3_600_000, renewMs: clusterNowMs - agoMs };
  return {
    metadata: {
      name: `speaker-${node}`,
      namespace,
      labels: { 'app.kubernetes.io/component': 'speaker' },
      annotations: Object.fromEntries(said),
    },
    spec: leaseSpecJson({
      ...times,
      holderIdentity: released ? '' : node,
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    }),
  };
}

/** What the owner of `shop/SERVICE` says. */
export function l2StatusOf(service: string, node: string, agoMs = 3 * 3_600_000): JsonObject {
  return {
    metadata: {
      name: l2StatusName(`shop/${service}`),
      namespace,
      labels: {
        'metallb.io/node': node,
        'metallb.io/service-name': service,
        'metallb.io/service-namespace': 'shop',
      },
      annotations: { 'herald/since': new Date(clusterNowMs - agoMs).toISOString() },
    },
    status: { node, serviceName: service, serviceNamespace: 'shop', interfaces: [{ name: 'eth0' }] },
  };
}

export interface ClusterOf {
  readonly services?: readonly JsonObject[];
  /** Nodes with an endpoint, by Service of `shop`; `web` on node-a unless told otherwise. */
  readonly endpoints?: Readonly<Record<string, readonly (string | JsonObject)[]>>;
  readonly nodes?: Cluster['nodes'];
  readonly namespaces?: readonly JsonObject[];
  readonly pools?: readonly JsonObject[];
  readonly advertisements?: readonly JsonObject[];
  readonly configMap?: JsonObject;
  readonly leases?: readonly JsonObject[];
  readonly l2Statuses?: readonly JsonObject[];
  readonly installation?: Partial<Cluster['installation']>;
  readonly unreadable?: Cluster['unreadable'];
}

/** Three sound nodes with speakers, pool `lan` of 192.168.1.240-250, and an advertisement of everything. */
export function clusterOf(objects: ClusterOf): Cluster {
  const endpoints = objects.endpoints ?? { web: ['node-a'] };
  return {
    namespace,
    nowMs: clusterNowMs,
    installation: {
      ...installationOf({ controller: undefined, speaker: undefined }, noOverrides),
      ...objects.installation,
    },
    services: (objects.services ?? []).map(serviceResource.parse),
    endpointSlices: Object.entries(endpoints).map(([service, on]) =>
      endpointSliceResource.parse(sliceJson(service, on)),
    ),
    nodes: objects.nodes ?? abc.map((name) => aNode(name)),
    namespaces: (objects.namespaces ?? [{ metadata: { name: 'shop' } }]).map(namespaceResource.parse),
    pools: (objects.pools ?? [poolObject('lan', { addresses: ['192.168.1.240-192.168.1.250'] })]).map(
      ipAddressPoolResource.parse,
    ),
    advertisements: (objects.advertisements ?? [advertisementObject('all')]).map(l2AdvertisementResource.parse),
    configMap: objects.configMap && configMapResource.parse(objects.configMap),
    leases: (objects.leases ?? abc.map((node) => leaseObject(node))).map(leaseResource.parse),
    l2Statuses: (objects.l2Statuses ?? []).map(serviceL2StatusResource.parse),
    configurationStates: [],
    unreadable: objects.unreadable ?? [],
  };
}
