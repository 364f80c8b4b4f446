import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bfdProfileResource } from './bfd-profile.ts';
import { bgpAdvertisementResource } from './bgp-advertisement.ts';
import { bgpPeerResource } from './bgp-peer.ts';
import { communityResource } from './community.ts';
import { configMapResource } from './config-map.ts';
import { configurationStateResource } from './configuration-state.ts';
import { endpointSliceResource } from './endpoint-slice.ts';
import { ipAddressPoolResource } from './ip-address-pool.ts';
import { l2AdvertisementResource } from './l2-advertisement.ts';
import { leaseResource } from './lease.ts';
import { namespaceResource } from './namespace.ts';
import { nodeResource } from './node.ts';
import type { ApiObject } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';
import { serviceResource } from './service.ts';
import { serviceL2StatusResource } from './service-l2-status.ts';

const types: readonly ResourceType<ApiObject>[] = [
  bfdProfileResource,
  bgpAdvertisementResource,
  bgpPeerResource,
  communityResource,
  configMapResource,
  configurationStateResource,
  endpointSliceResource,
  ipAddressPoolResource,
  l2AdvertisementResource,
  leaseResource,
  namespaceResource,
  nodeResource,
  serviceL2StatusResource,
  serviceResource,
];

/** Keys that the parsers look for, so that garbage gets past the first level. */
const key = fc.constantFrom(
  ...['metadata', 'name', 'labels', 'spec', 'status', 'data', 'conditions', 'addresses', 'serviceAllocation'],
  ...[
    'nodeSelectors',
    'matchLabels',
    'matchExpressions',
    'preferredNodeSelectors',
    'preference',
    'interfaces',
    'ports',
  ],
  ...['communities', 'passwordSecret', 'peers'],
  ...['endpoints', 'loadBalancer', 'ingress', 'clusterIPs', 'ipFamilies', 'taints', '__proto__', 'creationTimestamp'],
);
const { garbage } = fc.letrec((tie) => ({
  garbage: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constant(undefined),
    fc.array(tie('garbage'), { maxLength: 3 }),
    fc.dictionary(key, tie('garbage'), { maxKeys: 5 }),
  ),
}));

describe('every kind', () => {
  for (const type of types) {
    test(`${type.kind}: garbage is parsed, not thrown at the caller`, () => {
      fc.assert(
        fc.property(garbage, (json) => {
          const { meta } = type.parse(json);
          assert.equal(typeof meta.name, 'string');
          assert.ok(Number.isFinite(meta.createdMs));
        }),
      );
    });
  }
});

test('IPAddressPool: the fields as they stand, with the defaults of the API', () => {
  const pool = ipAddressPoolResource.parse({
    metadata: { name: 'lan', namespace: 'herald-system', creationTimestamp: '2026-01-02T03:04:05Z' },
    spec: {
      addresses: ['10.0.0.0/24', 7],
      excludeAddresses: ['10.0.0.1'],
      conflictCheck: true,
      avoidBuggyIPs: 'yes',
      serviceAllocation: { priority: 5, namespaces: ['shop'], serviceSelectors: [{ matchLabels: { app: 'web' } }] },
    },
    status: { assignedIPv4: 3, availableIPv4: 253 },
  });
  assert.equal(pool.meta.createdMs, Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.deepEqual(
    { ...pool, meta: undefined },
    {
      meta: undefined,
      addresses: ['10.0.0.0/24'],
      excludeAddresses: ['10.0.0.1'],
      autoAssign: true,
      avoidBuggyIPs: false,
      conflictCheck: true,
      serviceAllocation: {
        priority: 5,
        namespaces: ['shop'],
        namespaceSelectors: [],
        serviceSelectors: [{ matchLabels: { app: 'web' }, matchExpressions: [] }],
      },
      usage: { assignedIPv4: 3, assignedIPv6: 0, availableIPv4: 253, availableIPv6: 0 },
    },
  );
});

test('ServiceL2Status: who announces what', () => {
  const status = serviceL2StatusResource.parse({
    metadata: { name: 'l2-abc' },
    status: { node: 'node-a', serviceName: 'web', serviceNamespace: 'shop', interfaces: [{ name: 'eth0' }] },
  });
  const { node, serviceName, serviceNamespace, interfaces } = status;
  assert.deepEqual([node, serviceName, serviceNamespace, interfaces], ['node-a', 'web', 'shop', ['eth0']]);
});

test('ConfigurationState: the verdict with its conditions', () => {
  const { result, errorSummary, conditions } = configurationStateResource.parse({
    metadata: { name: 'controller' },
    status: {
      result: 'Invalid',
      errorSummary: 'bad',
      conditions: [
        { type: 'herald/InForce', status: 'False', reason: 'lastGood', message: 'm', lastTransitionTime: 't' },
      ],
    },
  });
  assert.deepEqual([result, errorSummary], ['Invalid', 'bad']);
  assert.deepEqual(conditions, [
    {
      type: 'herald/InForce',
      status: 'False',
      reason: 'lastGood',
      message: 'm',
      observedGeneration: 0,
      lastTransitionTime: 't',
    },
  ]);
});
