import type { JsonMap } from '../../resource-definition.ts';
import { mapAt, mapsAt, numberAt, stringAt } from '../../schema/json-value.ts';
import { boolean, conditions, integer, intOrString, listOf, map, mapOf, string } from '../../schema/schema-terms.ts';
import { ageOf, labelText, nameOf, orNone } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';

const port = map(
  'One port that the Service offers.',
  {
    name: string('Name of the port, unique in the Service; needed where it has several.'),
    protocol: { ...string('TCP, UDP or SCTP.'), default: 'TCP' },
    appProtocol: string('Protocol spoken above the transport, for those who can use it.'),
    port: integer('Port on the cluster and load-balancer addresses.'),
    targetPort: intOrString('Port on the endpoints, by number or by the name it has there; default: the same.'),
    nodePort: integer("Port on every node, from the cluster's node-port range."),
  },
  ['port'],
);

const spec = map('What the Service should offer, and to whom.', {
  type: string('How the Service is reached: ClusterIP, NodePort, LoadBalancer or ExternalName.'),
  selector: mapOf("Labels that the Service's pods carry; without, endpoints are managed by hand.", {
    type: 'string',
    default: '',
  }),
  ports: listOf('Ports that the Service offers.', port, { keys: ['port', 'protocol'], mergeKey: 'port' }),
  clusterIP: string('First address inside the cluster; "None" for a headless Service.'),
  clusterIPs: listOf('Addresses inside the cluster, one per family.', string('An address.')),
  externalIPs: listOf('Further addresses for which nodes accept traffic, routed by someone else.', string('An IP.')),
  externalName: string('DNS name that an ExternalName Service stands for.'),
  externalTrafficPolicy: string('Cluster or Local: whether a node may pass outside traffic to other nodes.'),
  internalTrafficPolicy: string('Cluster or Local, for traffic from inside the cluster.'),
  trafficDistribution: string('Preference between endpoints, such as PreferClose.'),
  healthCheckNodePort: integer('Port on which nodes tell whether they have local endpoints (Local policy only).'),
  ipFamilies: listOf('Address families, the first being the main one.', string('IPv4 or IPv6.')),
  ipFamilyPolicy: string('SingleStack, PreferDualStack or RequireDualStack.'),
  allocateLoadBalancerNodePorts: boolean('Whether a LoadBalancer Service gets node ports, too; default true.'),
  loadBalancerClass: string('Which load-balancer implementation is meant; default: whichever serves without class.'),
  loadBalancerIP: string('Address asked for; deprecated, implementations have annotations for it.'),
  loadBalancerSourceRanges: listOf('Networks from which the load balancer admits clients.', string('A CIDR.')),
  publishNotReadyAddresses: boolean('Whether endpoints count before they are ready.'),
  sessionAffinity: string('ClientIP or None: whether a client stays with an endpoint.'),
  sessionAffinityConfig: map('Details of the affinity.', {
    clientIP: map('Affinity by client address.', { timeoutSeconds: integer('Seconds for which it lasts.') }),
  }),
});

const ingress = map('A place where the load balancer listens.', {
  ip: string('Its address.'),
  hostname: string('Its DNS name, for load balancers that have no fixed address.'),
  ipMode: string('VIP or Proxy: whether packets arrive with the address as their destination.'),
  ports: listOf(
    'State of its ports.',
    map('State of one port.', {
      port: integer('Port number.'),
      protocol: string('Protocol.'),
      error: string('Why it is not served.'),
    }),
  ),
});

const schema = kindSchema('A named set of endpoints, reached at one address.', {
  spec,
  status: map('What has become of it.', {
    conditions: conditions('Current state, aspect by aspect.'),
    loadBalancer: map('State of the load balancer.', {
      ingress: listOf('Where the load balancer listens.', ingress),
    }),
  }),
});

/** EXTERNAL-IP; addresses sorted as text, as the real printer does it. */
function externalIp(service: JsonMap): string {
  const external = strings(service, ['spec', 'externalIPs']);
  switch (stringAt(service, ['spec', 'type'])) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','));
    case 'LoadBalancer': {
      const found = mapsAt(service, ['status', 'loadBalancer', 'ingress']).map(
        (entry) => stringAt(entry, ['ip']) || stringAt(entry, ['hostname']),
      );
      const own = [...new Set(found.filter((text) => text !== ''))].sort();
      return [...own, ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return stringAt(service, ['spec', 'externalName']);
    default:
      return '<unknown>';
  }
}

function strings(object: JsonMap, path: readonly [string, string]): readonly string[] {
  const list = mapAt(object, [path[0]])[path[1]];
  return Array.isArray(list) ? list.filter((value) => typeof value === 'string') : [];
}

function portText(service: JsonMap): string {
  const texts = mapsAt(service, ['spec', 'ports']).map((entry) => {
    const nodePort = numberAt(entry, ['nodePort']) ?? 0;
    const number = numberAt(entry, ['port']) ?? 0;
    return `${number}${nodePort > 0 ? `:${nodePort}` : ''}/${stringAt(entry, ['protocol'])}`;
  });
  return orNone(texts.join(','));
}

export const service = builtin({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  statusSubresource: true,
  schema,
  columns: [
    nameColumn,
    column('Type', { description: 'How the Service is reached.' }),
    column('Cluster-IP', { description: 'Address inside the cluster.' }),
    column('External-IP', { description: 'Where the load balancer listens.' }),
    column('Port(s)', { description: 'Ports, with node ports and protocols.' }),
    ageColumn,
    column('Selector', { wide: true, description: "Labels that the Service's pods carry." }),
  ],
  cells: (object, nowMs) => [
    nameOf(object),
    stringAt(object, ['spec', 'type']),
    orNone(strings(object, ['spec', 'clusterIPs'])[0] ?? ''),
    externalIp(object),
    portText(object),
    ageOf(object, nowMs),
    labelText(mapAt(object, ['spec', 'selector'])),
  ],
});
