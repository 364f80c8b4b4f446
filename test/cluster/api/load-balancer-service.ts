import type { JsonObject } from '../../../shared/api/json.ts';

export interface ServiceOptions {
  readonly name: string;
  readonly port?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly spec?: JsonObject;
}

export const servicesPath = '/api/v1/namespaces/default/services';

/** A Service of type LoadBalancer in front of the cluster's Pods, TCP and UDP. */
export function loadBalancerService(options: ServiceOptions): JsonObject {
  const port = options.port ?? 80;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: options.name, namespace: 'default', annotations: options.annotations ?? {} },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ipFamilyPolicy: options.ipFamilyPolicy ?? 'SingleStack',
      ...(options.ipFamilies === undefined ? {} : { ipFamilies: options.ipFamilies }),
      ports: [
        { name: 'http', protocol: 'TCP', port, targetPort: 'http' },
        { name: 'echo', protocol: 'UDP', port, targetPort: 8080 },
      ],
      ...options.spec,
    },
  };
}
