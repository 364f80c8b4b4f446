import {
  type JsonObject,
  readArray,
  readNumber,
  readObject,
  readObjects,
  readString,
  readStrings,
} from '../../../shared/api/json.ts';

export type Protocol = 'TCP' | 'UDP';

export interface Backend {
  readonly address: string;
  readonly port: number;
}

/** Connections to `address:port` go to one of the backends. An address of '0.0.0.0' or '::' means all of the node's. */
export interface Listener {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  readonly backends: readonly Backend[];
}

export interface Forwarding {
  /** Load-balancer addresses that this node takes packets for, sorted. */
  readonly vips: readonly string[];
  readonly listeners: readonly Listener[];
}

interface ServicePort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly nodePort: number;
}

type Family = 'IPv4' | 'IPv6';

/** Decides what a node's kube-proxy forwards: every Service's load-balancer addresses and node ports to its endpoints. */
export function planForwarding(
  services: Iterable<JsonObject>,
  slices: readonly JsonObject[],
  nodeName: string,
): Forwarding {
  const vips = new Set<string>();
  const listeners: Listener[] = [];
  for (const service of services) {
    const own = slices.filter((slice) => belongsTo(slice, service));
    for (const family of ['IPv4', 'IPv6'] as const) {
      const endpoints = usableEndpoints(own, family, localTo(service, nodeName));
      if (endpoints === undefined) continue;
      const addresses = loadBalancerAddresses(service).filter((address) => familyOf(address) === family);
      for (const address of addresses) vips.add(address);
      for (const port of servicePorts(service)) {
        listeners.push(...listenersOf(port, { addresses, family, backends: backendsOf(endpoints, port) }));
      }
    }
  }
  return { vips: [...vips].sort(), listeners };
}

function listenersOf(
  port: ServicePort,
  { addresses, family, backends }: { addresses: readonly string[]; family: Family; backends: readonly Backend[] },
): readonly Listener[] {
  const { protocol } = port;
  const balanced = addresses.map((address) => ({ protocol, address, port: port.port, backends }));
  if (port.nodePort === 0 || backends.length === 0) return balanced;
  return [...balanced, { protocol, address: family === 'IPv4' ? '0.0.0.0' : '::', port: port.nodePort, backends }];
}

interface UsableEndpoint {
  readonly slice: JsonObject;
  readonly addresses: readonly string[];
}

/**
 * The ready endpoints of a family, or else those that terminate but still serve. Undefined where
 * externalTrafficPolicy is Local and this node has none: then packets for the Service are dropped here.
 */
function usableEndpoints(
  slices: readonly JsonObject[],
  family: Family,
  onlyNode: string | undefined,
): readonly UsableEndpoint[] | undefined {
  const candidates = slices
    .filter((slice) => readString(slice, 'addressType') === family)
    .flatMap((slice) => readObjects(slice, 'endpoints').map((endpoint) => ({ slice, endpoint })))
    .filter(({ endpoint }) => onlyNode === undefined || readString(endpoint, 'nodeName') === onlyNode);
  const ready = candidates.filter(({ endpoint }) => readObject(endpoint, 'conditions')['ready'] !== false);
  const serving = candidates.filter(({ endpoint }) => readObject(endpoint, 'conditions')['serving'] === true);
  const usable = ready.length > 0 ? ready : serving;
  if (onlyNode !== undefined && usable.length === 0) return undefined;
  return usable.map(({ slice, endpoint }) => ({ slice, addresses: readStrings(endpoint, 'addresses') }));
}

function backendsOf(endpoints: readonly UsableEndpoint[], port: ServicePort): readonly Backend[] {
  return endpoints.flatMap(({ slice, addresses }) => {
    const target = readObjects(slice, 'ports').find(
      (candidate) => (readString(candidate, 'name') ?? '') === port.name && protocolOf(candidate) === port.protocol,
    );
    const targetPort = target === undefined ? undefined : readNumber(target, 'port');
    return targetPort === undefined ? [] : addresses.slice(0, 1).map((address) => ({ address, port: targetPort }));
  });
}

function localTo(service: JsonObject, nodeName: string): string | undefined {
  return readString(readObject(service, 'spec'), 'externalTrafficPolicy') === 'Local' ? nodeName : undefined;
}

function belongsTo(slice: JsonObject, service: JsonObject): boolean {
  const meta = readObject(slice, 'metadata');
  const own = readObject(service, 'metadata');
  return (
    meta['namespace'] === own['namespace'] && readObject(meta, 'labels')['kubernetes.io/service-name'] === own['name']
  );
}

function loadBalancerAddresses(service: JsonObject): readonly string[] {
  if (readString(readObject(service, 'spec'), 'type') !== 'LoadBalancer') return [];
  const ingress = readObjects(readObject(readObject(service, 'status'), 'loadBalancer'), 'ingress');
  // Kubernetes: with ipMode Proxy the address belongs to the balancer, and no node takes packets for it.
  return ingress.filter((entry) => entry['ipMode'] !== 'Proxy').flatMap((entry) => readString(entry, 'ip') ?? []);
}

function servicePorts(service: JsonObject): readonly ServicePort[] {
  const spec = readObject(service, 'spec');
  const type = readString(spec, 'type');
  if ((type !== 'LoadBalancer' && type !== 'NodePort') || readArray(spec, 'ports').length === 0) return [];
  return readObjects(spec, 'ports').map((port) => ({
    name: readString(port, 'name') ?? '',
    protocol: protocolOf(port),
    port: readNumber(port, 'port') ?? 0,
    nodePort: readNumber(port, 'nodePort') ?? 0,
  }));
}

function protocolOf(port: JsonObject): Protocol {
  return readString(port, 'protocol') === 'UDP' ? 'UDP' : 'TCP';
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
