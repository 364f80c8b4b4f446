import type { JsonMap } from '../../resource-definition.ts';
import { mapsAt, numberAt, stringAt, valueAt } from '../../schema/json-value.ts';
import { boolean, integer, listOf, map, mapOf, string } from '../../schema/schema-terms.ts';
import { firstThree } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema, named } from './definition.ts';
import { objectReference } from './event.ts';

const address = map(
  'One address.',
  {
    ip: string('The address.'),
    hostname: string('Host name of the endpoint.'),
    nodeName: string('Node that holds the endpoint.'),
    targetRef: objectReference('The object behind the address.'),
  },
  ['ip'],
);

const port = map('One port.', {
  name: string("Name of the port, as in the Service's ports."),
  port: integer('Port number.'),
  protocol: string('TCP, UDP or SCTP.'),
  appProtocol: string('Protocol spoken above the transport.'),
});

const subset = map('Addresses that share their ports.', {
  addresses: listOf('Addresses that are ready.', address),
  notReadyAddresses: listOf('Addresses that are not ready.', address),
  ports: listOf('Ports of each address.', port),
});

function endpointsText(endpoints: JsonMap): string {
  const subsets = mapsAt(endpoints, ['subsets']);
  const texts = subsets.flatMap((entry) => {
    const ips = mapsAt(entry, ['addresses']).map((candidate) => stringAt(candidate, ['ip']));
    const ports = mapsAt(entry, ['ports']);
    if (ports.length === 0) return ips;
    return ports.flatMap((candidate) => ips.map((ip) => hostPort(ip, numberAt(candidate, ['port']) ?? 0)));
  });
  return firstThree(texts, subsets.length === 0 ? '<none>' : '');
}

function hostPort(host: string, number: number): string {
  return host.includes(':') ? `[${host}]:${number}` : `${host}:${number}`;
}

export const endpoints = builtin({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  listKind: 'EndpointsList',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  schema: kindSchema('Addresses that serve a Service.', {
    subsets: listOf('Sets of addresses and ports.', subset),
  }),
  columns: [nameColumn, column('Endpoints', { description: 'The first addresses.' }), ageColumn],
  cells: named((object) => [endpointsText(object)]),
});

const endpoint = map(
  'One endpoint.',
  {
    addresses: listOf('Addresses of the endpoint, all alike.', string('An address.'), { set: true }),
    conditions: map('State of the endpoint.', {
      ready: boolean('Whether it takes new connections; absent means yes.'),
      serving: boolean('Like ready, but also while it is going.'),
      terminating: boolean('Whether it is going.'),
    }),
    hostname: string('Host name of the endpoint.'),
    nodeName: string('Node that holds the endpoint.'),
    zone: string('Zone of the endpoint.'),
    targetRef: objectReference('The object behind the endpoint.'),
    hints: map('Advice for proxies.', {
      forZones: listOf('Zones that should use it.', map('One zone.', { name: string('Name of the zone.') })),
    }),
    deprecatedTopology: mapOf('No longer used.', string('A value.')),
  },
  ['addresses'],
);

function portsText(slice: JsonMap): string {
  const texts = mapsAt(slice, ['ports']).map((entry) => {
    const number = numberAt(entry, ['port']);
    return number === undefined ? stringAt(entry, ['name']) || '*' : String(number);
  });
  return firstThree(texts, '<unset>');
}

function sliceText(slice: JsonMap): string {
  const addresses = mapsAt(slice, ['endpoints']).flatMap((entry) => {
    const list = valueAt(entry, ['addresses']);
    return Array.isArray(list) ? list.map(String) : [];
  });
  return firstThree(addresses, '<unset>');
}

export const endpointSlice = builtin({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  schema: kindSchema('Some of the endpoints of a Service.', {
    addressType: string('IPv4, IPv6 or FQDN: what the addresses are.'),
    endpoints: listOf('The endpoints.', endpoint),
    ports: listOf('Ports of each endpoint.', port),
  }),
  columns: [
    nameColumn,
    column('AddressType', { description: 'What the addresses are.' }),
    column('Ports', { description: 'The first ports.' }),
    column('Endpoints', { description: 'The first addresses.' }),
    ageColumn,
  ],
  cells: named((object) => [stringAt(object, ['addressType']), portsText(object), sliceText(object)]),
});
