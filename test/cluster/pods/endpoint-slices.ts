import {
  type JsonObject,
  type JsonValue,
  readNumber,
  readObject,
  readObjects,
  readString,
  readStringMap,
  readStrings,
} from '../../../shared/api/json.ts';

/** Marks the slices that this controller owns, as Kubernetes' own does with its name. */
export const managedBy = 'endpointslice-controller.test';

/** The EndpointSlices that Kubernetes would make for a Service: one per address family, of all Pods its selector matches. */
export function slicesFor(service: JsonObject, pods: readonly JsonObject[]): readonly JsonObject[] {
  const spec = readObject(service, 'spec');
  const selector = Object.entries(readStringMap(spec, 'selector'));
  const meta = readObject(service, 'metadata');
  const name = readString(meta, 'name') ?? '';
  if (selector.length === 0) return [];
  const matching = pods.filter((pod) => {
    const podMeta = readObject(pod, 'metadata');
    const labels = readStringMap(podMeta, 'labels');
    return podMeta['namespace'] === meta['namespace'] && selector.every(([key, value]) => labels[key] === value);
  });
  return readStrings(spec, 'ipFamilies').map((family) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${family.toLowerCase()}`,
      namespace: meta['namespace'],
      labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': managedBy },
    },
    addressType: family,
    endpoints: matching.flatMap((pod) => endpointOf(pod, family)),
    ports: readObjects(spec, 'ports').map((port) => slicePort(port, matching)),
  }));
}

function endpointOf(pod: JsonObject, family: string): readonly JsonObject[] {
  const status = readObject(pod, 'status');
  const address = readObjects(status, 'podIPs')
    .map((entry) => readString(entry, 'ip') ?? '')
    .find((ip) => ip !== '' && ip.includes(':') === (family === 'IPv6'));
  if (address === undefined) return [];
  const meta = readObject(pod, 'metadata');
  const terminating = meta['deletionTimestamp'] !== undefined;
  const ready = readObjects(status, 'conditions').some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );
  return [
    {
      addresses: [address],
      conditions: { ready: ready && !terminating, serving: ready, terminating },
      nodeName: readObject(pod, 'spec')['nodeName'],
      targetRef: { kind: 'Pod', name: meta['name'], namespace: meta['namespace'], uid: meta['uid'] },
    },
  ];
}

function slicePort(port: JsonObject, pods: readonly JsonObject[]): JsonObject {
  return {
    name: readString(port, 'name') ?? '',
    protocol: readString(port, 'protocol') ?? 'TCP',
    port: targetPort(port, pods),
  };
}

function targetPort(port: JsonObject, pods: readonly JsonObject[]): JsonValue {
  const named = readString(port, 'targetPort');
  if (named === undefined) return readNumber(port, 'targetPort') ?? readNumber(port, 'port') ?? 0;
  const ports = pods
    .flatMap((pod) => readObjects(readObject(pod, 'spec'), 'containers'))
    .flatMap((container) => readObjects(container, 'ports'));
  return readNumber(ports.find((candidate) => candidate['name'] === named) ?? {}, 'containerPort') ?? 0;
}
