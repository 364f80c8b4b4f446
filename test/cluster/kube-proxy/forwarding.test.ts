import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../shared/api/json.ts';
import { planForwarding } from './forwarding.ts';

function service(spec: JsonObject, ingress: readonly JsonObject[]): JsonObject {
  return {
    metadata: { namespace: 'default', name: 'web' },
    spec: { type: 'LoadBalancer', ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 }], ...spec },
    status: { loadBalancer: { ingress } },
  };
}

function slice(endpoints: readonly JsonObject[], change: JsonObject = {}): JsonObject {
  return {
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints,
    ...change,
  };
}

const a = { addresses: ['10.0.0.1'], nodeName: 'node-a', conditions: { ready: true } };
const b = { addresses: ['10.0.0.2'], nodeName: 'node-b', conditions: { ready: true } };
const vip = [{ ip: '192.168.10.90' }];
const backendA = { address: '10.0.0.1', port: 8080 };
const backendB = { address: '10.0.0.2', port: 8080 };

function listeners(backends: readonly object[]): readonly object[] {
  return [
    { protocol: 'TCP', address: '192.168.10.90', port: 80, backends },
    { protocol: 'TCP', address: '0.0.0.0', port: 30080, backends },
  ];
}

const rows = [
  {
    name: 'Cluster: every node forwards to the ready endpoints of all nodes',
    service: service({}, vip),
    slices: [slice([a, b])],
    expected: { vips: ['192.168.10.90'], listeners: listeners([backendA, backendB]) },
  },
  {
    name: 'Local: a node forwards to its own endpoints only',
    service: service({ externalTrafficPolicy: 'Local' }, vip),
    slices: [slice([a, b])],
    expected: { vips: ['192.168.10.90'], listeners: listeners([backendA]) },
  },
  {
    name: 'Local: a node without an endpoint takes no packets for the address',
    service: service({ externalTrafficPolicy: 'Local' }, vip),
    slices: [slice([b])],
    expected: { vips: [], listeners: [] },
  },
  {
    name: 'endpoints that are not ready get nothing',
    service: service({}, vip),
    slices: [slice([a, { ...b, conditions: { ready: false } }])],
    expected: { vips: ['192.168.10.90'], listeners: listeners([backendA]) },
  },
  {
    name: 'with no ready endpoint those that still serve get it',
    service: service({}, vip),
    slices: [slice([{ ...b, conditions: { ready: false, serving: true, terminating: true } }])],
    expected: { vips: ['192.168.10.90'], listeners: listeners([backendB]) },
  },
  {
    name: 'an address of ipMode Proxy is not for the nodes',
    service: service({}, [{ ip: '192.168.10.90', ipMode: 'Proxy' }]),
    slices: [slice([a])],
    expected: { vips: [], listeners: listeners([backendA]).slice(1) },
  },
  {
    name: 'no endpoint of the family: the address refuses connections',
    service: service({}, [{ ip: '2001:db8::1' }]),
    slices: [slice([a])],
    expected: {
      vips: ['2001:db8::1'],
      listeners: [
        ...listeners([backendA]).slice(1),
        { protocol: 'TCP', address: '2001:db8::1', port: 80, backends: [] },
      ],
    },
  },
  {
    name: "another Service's slices do not count",
    service: service({}, vip),
    slices: [slice([a], { metadata: { namespace: 'other', labels: { 'kubernetes.io/service-name': 'web' } } })],
    expected: { vips: ['192.168.10.90'], listeners: listeners([]).slice(0, 1) },
  },
  {
    name: 'a ClusterIP Service is not forwarded from outside',
    service: service({ type: 'ClusterIP' }, vip),
    slices: [slice([a])],
    expected: { vips: [], listeners: [] },
  },
];

describe('what node-a forwards', () => {
  for (const row of rows) {
    test(row.name, () => {
      assert.deepEqual(planForwarding([row.service], row.slices, 'node-a'), row.expected);
    });
  }
});
