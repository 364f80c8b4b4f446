import type { JsonObject } from '../../../shared/api/json.ts';
import type { Machine } from '../network/topology.ts';

/** What the endpoints serve on: HTTP and a UDP echo, each on all of these. */
export const endpointPorts = { http: 8080, plain: 80 } as const;

/** A Pod on the node's own network. There is no kubelet: its process is started by the harness. */
export function podManifest(name: string, app: string, node: Machine): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app } },
    spec: {
      nodeName: node.name,
      hostNetwork: true,
      containers: [
        { name: 'web', image: 'web', ports: [{ name: 'http', containerPort: endpointPorts.http, protocol: 'TCP' }] },
      ],
    },
  };
}

/** The status that a kubelet would write. */
export function podStatus(node: Machine, ready: boolean): JsonObject {
  const startedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const status = ready ? 'True' : 'False';
  return {
    phase: 'Running',
    podIP: node.ipv4,
    podIPs: [{ ip: node.ipv4 }, { ip: node.ipv6 }],
    hostIP: node.ipv4,
    startTime: startedAt,
    conditions: ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => ({
      type,
      status: type === 'Ready' || type === 'ContainersReady' ? status : 'True',
      lastTransitionTime: startedAt,
    })),
    containerStatuses: [
      {
        name: 'web',
        image: 'web',
        imageID: 'web',
        ready,
        started: true,
        restartCount: 0,
        state: { running: { startedAt } },
      },
    ],
  };
}
