import type { JsonMap } from '../../resource-definition.ts';
import { timestamp } from '../../rest/metadata.ts';
import type { AddressBlock } from './address-block.ts';

/** The Service by which pods reach the API server: every cluster has it, on the first address of its range. */
export function kubernetesService(block: AddressBlock, uid: string, nowMs: number): JsonMap {
  const clusterIP = block.at(1);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      uid,
      creationTimestamp: timestamp(nowMs),
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: [block.family],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  };
}
