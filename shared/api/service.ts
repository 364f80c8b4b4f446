import type { IpFamily } from '../net/address.ts';
import { type Condition, parseConditions } from './condition.ts';
import { asObject, readNumber, readObject, readObjects, readString, readStringMap, readStrings } from './json.ts';
import type { Labels } from './label-selector.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
export type IpFamilyPolicy = 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
export type TrafficPolicy = 'Cluster' | 'Local';

export interface ServicePort {
  readonly name: string;
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number | undefined;
}

/** One entry of `status.loadBalancer.ingress`, as it stands: `ip` is not checked. */
export interface LoadBalancerIngress {
  readonly ip: string | undefined;
  readonly hostname: string | undefined;
  readonly ipMode: string | undefined;
}

/** What Herald uses of a core/v1 Service. */
export interface Service {
  readonly meta: ObjectMeta;
  readonly type: ServiceType;
  readonly loadBalancerClass: string | undefined;
  readonly loadBalancerIP: string | undefined;
  /** As assigned by the API server; 'None' (headless) reads as empty. */
  readonly clusterIPs: readonly string[];
  /** `spec.externalIPs`: kube-proxy of every node takes what arrives for them. */
  readonly externalIPs: readonly string[];
  readonly ipFamilies: readonly IpFamily[];
  readonly ipFamilyPolicy: IpFamilyPolicy;
  readonly externalTrafficPolicy: TrafficPolicy;
  /** Pod selector; undefined where the Service has none (its endpoints are made by hand). */
  readonly selector: Labels | undefined;
  readonly ports: readonly ServicePort[];
  readonly ingress: readonly LoadBalancerIngress[];
  readonly conditions: readonly Condition[];
}

export const serviceResource: ResourceType<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  parse: parseService,
};

function parseService(json: unknown): Service {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  const status = readObject(root, 'status');
  const selector = readStringMap(spec, 'selector');
  return {
    meta: parseMeta(root),
    type: parseType(readString(spec, 'type')),
    loadBalancerClass: readString(spec, 'loadBalancerClass'),
    loadBalancerIP: readString(spec, 'loadBalancerIP') || undefined,
    clusterIPs: parseClusterIPs(readStrings(spec, 'clusterIPs'), readString(spec, 'clusterIP')),
    externalIPs: readStrings(spec, 'externalIPs'),
    ipFamilies: readStrings(spec, 'ipFamilies').filter((family) => family === 'IPv4' || family === 'IPv6'),
    ipFamilyPolicy: parseFamilyPolicy(readString(spec, 'ipFamilyPolicy')),
    externalTrafficPolicy: readString(spec, 'externalTrafficPolicy') === 'Local' ? 'Local' : 'Cluster',
    selector: Object.keys(selector).length === 0 ? undefined : selector,
    ports: readObjects(spec, 'ports').map((port) => ({
      name: readString(port, 'name') ?? '',
      protocol: readString(port, 'protocol') ?? 'TCP',
      port: readNumber(port, 'port') ?? 0,
      nodePort: readNumber(port, 'nodePort'),
    })),
    ingress: readObjects(readObject(status, 'loadBalancer'), 'ingress').map((entry) => ({
      ip: readString(entry, 'ip'),
      hostname: readString(entry, 'hostname'),
      ipMode: readString(entry, 'ipMode'),
    })),
    conditions: parseConditions(status),
  };
}

function parseType(text: string | undefined): ServiceType {
  return text === 'LoadBalancer' || text === 'NodePort' || text === 'ExternalName' ? text : 'ClusterIP';
}

function parseFamilyPolicy(text: string | undefined): IpFamilyPolicy {
  return text === 'PreferDualStack' || text === 'RequireDualStack' ? text : 'SingleStack';
}

function parseClusterIPs(list: readonly string[], single: string | undefined): readonly string[] {
  const all = list.length > 0 ? list : single === undefined ? [] : [single];
  return all.filter((ip) => ip !== '' && ip !== 'None');
}
