import type { JsonObject } from '../../shared/api/json.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';

export interface ServiceManifest {
  /** `namespace/name`; the namespace is `default` where only a name stands. */
  readonly key?: string;
  readonly uid?: string;
  readonly createdAt?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
  /** Addresses in `status.loadBalancer.ingress`. */
  readonly status?: readonly string[];
}

export const ipv4Only = { clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'] };
export const ipv6Only = { clusterIPs: ['fd00::1'], ipFamilies: ['IPv6'] };
export const dualStack = { clusterIPs: ['10.96.0.1', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] };

/** A Service of type LoadBalancer on TCP/80 with one IPv4 cluster IP, as the API server would return it. */
export function serviceManifest(manifest: ServiceManifest = {}): JsonObject {
  const parts = (manifest.key ?? 'web').split('/');
  const name = parts.at(-1) ?? '';
  const namespace = parts.length > 1 ? (parts[0] ?? '') : 'default';
  const metadata = {
    name,
    namespace,
    uid: manifest.uid ?? `uid-${name}`,
    generation: 1,
    creationTimestamp: manifest.createdAt ?? '2026-01-01T00:00:00Z',
    labels: { ...manifest.labels },
    annotations: { ...manifest.annotations },
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata:
      manifest.resourceVersion === undefined ? metadata : { ...metadata, resourceVersion: manifest.resourceVersion },
    spec: {
      type: 'LoadBalancer',
      ports: [{ protocol: 'TCP', port: 80 }],
      ...ipv4Only,
      ipFamilyPolicy: 'SingleStack',
      externalTrafficPolicy: 'Cluster',
      selector: { app: 'web' },
      ...manifest.spec,
    },
    status: { loadBalancer: { ingress: (manifest.status ?? []).map((ip) => ({ ip, ipMode: 'VIP' })) } },
  };
}

export function parsedService(manifest: ServiceManifest = {}): Service {
  return serviceResource.parse(serviceManifest(manifest));
}
