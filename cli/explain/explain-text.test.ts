import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  advertisementObject,
  type ClusterOf,
  clusterNowMs,
  clusterOf,
  l2StatusOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { decideCluster } from '../decisions/decided.ts';
import { type RecentEvent, recentEventResource } from '../doctor/recent-event.ts';
import { colourStyle, plainStyle, visibleText } from '../output/style.ts';
import { explainService } from './explain-service.ts';
import { explainText } from './explain-text.ts';

/** What is said of the first Service. */
function explained(objects: ClusterOf, style = plainStyle, events: readonly RecentEvent[] = []): readonly string[] {
  const cluster = clusterOf(objects);
  const [service] = cluster.services;
  assert.ok(service !== undefined);
  return explainText(explainService(service, decideCluster(cluster), events), { style, nowMs: cluster.nowMs });
}

function condition(type: string, status: string, reason: string, message: string) {
  return { type: `herald/${type}`, status, reason, message, lastTransitionTime: '2026-01-01T09:00:00Z' };
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

const served: ClusterOf = {
  services: [
    serviceObject({
      ips: ['192.168.1.240'],
      conditions: [
        condition('Allocated', 'True', 'IPAllocated', 'Assigned 192.168.1.240 from pool lan'),
        condition('Announced', 'True', 'owner', 'announced from node node-a on eth0'),
      ],
    }),
  ],
  pools: [
    poolObject('lan', { addresses: ['192.168.1.240-192.168.1.250'] }),
    poolObject('dmz', { addresses: ['10.0.0.0/24'], autoAssign: false }),
    poolObject('office', {
      addresses: ['10.1.0.0/24'],
      serviceAllocation: { priority: 10, namespaces: ['office'] },
    }),
  ],
  advertisements: [
    advertisementObject('dmz', { ipAddressPools: ['dmz'] }),
    advertisementObject('lan', { ipAddressPools: ['lan'], interfaces: ['eth0'] }),
  ],
  l2Statuses: [l2StatusOf('web', 'node-a')],
};

const address = ['192.168.1.240'];

const all: readonly { what: string; cluster: ClusterOf; text: readonly string[] }[] = [
  {
    what: 'a Service that is served, by the node that ranks first',
    cluster: served,
    text: [
      'Service shop/web is served: 192.168.1.240, announced by node-a since 2026-01-01 09:00:00 UTC (3 h)',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      '            office: namespace shop not allowed',
      '            dmz: only given on request (autoAssign is off)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by lan: any node, on eth0',
      '            not by dmz: does not select pool lan',
      'Nodes       1.  node-a  announces it',
      '            2.  node-c  takes over if node-a fails',
      '            3.  node-b  stands by',
      'Owner       node-a answers for 192.168.1.240 on eth0 (MAC 02:00:00:00:00:0a)',
      'Conditions  herald/Allocated  True  IPAllocated  Assigned 192.168.1.240 from pool lan',
      '            herald/Announced  True  owner        announced from node node-a on eth0',
    ],
  },
  {
    what: 'an owner that ranks behind others keeps what it holds',
    cluster: { ...served, l2Statuses: [l2StatusOf('web', 'node-b', 90_000)] },
    text: [
      'Service shop/web is served: 192.168.1.240, announced by node-b since 2026-01-01 11:58:30 UTC (90 s)',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      '            office: namespace shop not allowed',
      '            dmz: only given on request (autoAssign is off)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by lan: any node, on eth0',
      '            not by dmz: does not select pool lan',
      'Nodes       1.  node-a  takes over if node-b fails',
      '            2.  node-c  stands by',
      '            3.  node-b  announces it',
      'Owner       node-b answers for 192.168.1.240 on eth0 (MAC 02:00:00:00:00:0b)',
      '            it ranks 3, and keeps it: a better rank alone moves no address',
      'Conditions  herald/Allocated  True  IPAllocated  Assigned 192.168.1.240 from pool lan',
      '            herald/Announced  True  owner        announced from node node-a on eth0',
    ],
  },
  {
    what: 'two Services that share an address, one of them with two families',
    cluster: {
      services: [
        serviceObject({
          ips: ['192.168.1.240', '2001:db8::1'],
          spec: {
            clusterIPs: ['10.96.0.1', 'fd00::1'],
            ipFamilies: ['IPv4', 'IPv6'],
            ipFamilyPolicy: 'PreferDualStack',
          },
          annotations: { 'metallb.io/allow-shared-ip': 'k' },
        }),
        serviceObject({
          name: 'dns',
          ips: address,
          annotations: { 'metallb.io/allow-shared-ip': 'k' },
          spec: { ports: [{ protocol: 'UDP', port: 53 }] },
        }),
      ],
      endpoints: { web: ['node-a'], dns: ['node-b'] },
      pools: [poolObject('lan', { addresses: ['192.168.1.240/30', '2001:db8::/120'] })],
      l2Statuses: [l2StatusOf('web', 'node-a'), l2StatusOf('dns', 'node-a')],
      leases: [leaseObject('node-a'), leaseObject('node-b', { facts: { kubeProxyUnhealthy: true } })],
    },
    text: [
      'Service shop/web is served: 192.168.1.240 and 2001:db8::1, announced by node-a since 2026-01-01 09:00:00 UTC (3 h)',
      'Service     no loadBalancerClass; IPv4 and IPv6 (PreferDualStack); externalTrafficPolicy Cluster; shares by key k',
      'Pools       lan: gives 192.168.1.240 and 2001:db8::1 (1 of 4 IPv4 in use, 1 of 256 IPv6 in use)',
      'Address     192.168.1.240  shared with shop/dns by allow-shared-ip k (from pool lan)',
      '            2001:db8::1  kept from earlier, from pool lan: an address stays with its Service',
      'Endpoints   ready on node-a',
      'Advertised  by all: any node, any interface',
      'Nodes       1.  node-a  announces it',
      "            -   node-b  kubeProxyUnhealthy: kube-proxy's health check on the node has failed for 3 s, and another node's works",
      '            -   node-c  speakerNotAlive: no speaker with a valid Lease runs on the node',
      'Owner       node-a answers for 192.168.1.240 and 2001:db8::1 on eth0 (MAC 02:00:00:00:00:0a)',
      'Moves with  shop/dns',
    ],
  },
  {
    what: 'a pool that is used up',
    cluster: {
      services: [serviceObject({}), serviceObject({ name: 'api', ips: address })],
      pools: [
        poolObject('lan', { addresses: ['192.168.1.240/32'] }),
        poolObject('dmz', { addresses: ['10.0.0.0/24'], autoAssign: false }),
      ],
    },
    text: [
      'Service shop/web is not served: pool dmz: only given on request (autoAssign is off); pool lan: exhausted (1 of 1 in use)',
      'Remedy: add addresses to pool lan (kubectl edit ipaddresspool lan -n herald-system), or delete a Service that has one of it',
      'Service  no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools    dmz: only given on request (autoAssign is off)',
      '         lan: exhausted (1 of 1 in use)',
    ],
  },
  {
    what: 'an address that another Service has',
    cluster: {
      services: [
        serviceObject({ annotations: { 'metallb.io/loadBalancerIPs': '192.168.1.240' } }),
        serviceObject({ name: 'api', ips: address }),
      ],
    },
    text: [
      'Service shop/web is not served: 192.168.1.240: in use by shop/api (no common allow-shared-ip key)',
      'Remedy: give this Service and shop/api the same annotation metallb.io/allow-shared-ip, or ask for another address than 192.168.1.240',
      'Service  no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for 192.168.1.240',
      'Pools    lan: the Service asks for 192.168.1.240',
    ],
  },
  {
    what: 'an address that its pool excludes',
    cluster: {
      services: [serviceObject({ annotations: { 'metallb.io/loadBalancerIPs': '192.168.1.241' } })],
      pools: [poolObject('lan', { addresses: ['192.168.1.240/30'], excludeAddresses: ['192.168.1.241'] })],
    },
    text: [
      'Service shop/web is not served: 192.168.1.241: no pool gives it, though pool lan has it: see its excludeAddresses and avoidBuggyIPs',
      'Remedy: ask for another address, or give this one in pool lan (kubectl edit ipaddresspool lan -n herald-system)',
      'Service  no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for 192.168.1.241',
      'Pools    lan: the Service asks for 192.168.1.241',
    ],
  },
  {
    what: 'no pool at all',
    cluster: { services: [serviceObject({})], pools: [] },
    text: [
      'Service shop/web is not served: no pool is configured',
      'Remedy: create an IPAddressPool and an L2Advertisement in namespace herald-system',
      'Service  no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
    ],
  },
  {
    what: 'a class that is not served',
    cluster: { services: [serviceObject({ spec: { loadBalancerClass: 'example.com/other' } })] },
    text: [
      'Service shop/web is not served: it has loadBalancerClass example.com/other, and Herald serves those without one (so far as is known: no Deployment of it was found; --lb-class says it)',
      'Remedy: create it anew without loadBalancerClass: the field can not be changed',
      'Service  class example.com/other; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
    ],
  },
  {
    what: 'no endpoints',
    cluster: { services: [serviceObject({ ips: address })], endpoints: {} },
    text: [
      'Service shop/web is not served: no node may announce 192.168.1.240: noEndpoints (no endpoint of the Service is ready anywhere)',
      'Remedy: make its Pods ready: kubectl get endpointslices -n shop -l kubernetes.io/service-name=web',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   none is ready',
      'Advertised  by all: any node, any interface',
      'Nodes       -  node-a, node-b, node-c  noEndpoints: no endpoint of the Service is ready anywhere',
    ],
  },
  {
    what: 'endpoints on a node that may not announce, with externalTrafficPolicy Local',
    cluster: {
      services: [serviceObject({ ips: address, spec: { externalTrafficPolicy: 'Local' } })],
      endpoints: { web: ['node-c'] },
      nodes: [aNode('node-a'), aNode('node-b'), aNode('node-c', { labels: { [excludeLabel]: '' } })],
    },
    text: [
      'Service shop/web is not served: no node may announce 192.168.1.240: noLocalEndpoints (externalTrafficPolicy is Local, and no ready Pod of the Service runs there)',
      'Remedy: run one of its Pods on node-a, node-b, or set externalTrafficPolicy: Cluster',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Local; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-c',
      'Advertised  by all: any node, any interface',
      'Nodes       -  node-a, node-b  noLocalEndpoints: externalTrafficPolicy is Local, and no ready Pod of the Service runs there',
      '            -  node-c          nodeExcluded: the node has the label node.kubernetes.io/exclude-from-external-load-balancers, or is being drained',
    ],
  },
  {
    what: 'no advertisement',
    cluster: { services: [serviceObject({ ips: address })], advertisements: [] },
    text: [
      'Service shop/web is not served: no node may announce 192.168.1.240: noMatchingAdvertisement (no L2Advertisement selects this pool, Service and node)',
      'Remedy: create an L2Advertisement for the pool, or widen the selectors of one: kubectl get l2advertisements -n herald-system -o yaml',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by none: there is no L2Advertisement',
      'Nodes       -  node-a, node-b, node-c  noMatchingAdvertisement: no L2Advertisement selects this pool, Service and node',
    ],
  },
  {
    what: 'no controller that writes what is due',
    cluster: { services: [serviceObject({})] },
    text: [
      'Service shop/web is not served: 192.168.1.240 from pool lan is due to it, and no controller has written that into its status',
      "Remedy: wait a moment; then see the controllers' Pods: kubectl get pods -n herald-system -l app.kubernetes.io/component=controller",
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by all: any node, any interface',
    ],
  },
  {
    what: 'an owner that is gone',
    cluster: {
      services: [serviceObject({ ips: address })],
      l2Statuses: [l2StatusOf('web', 'node-c')],
      leases: [leaseObject('node-a'), leaseObject('node-b'), leaseObject('node-c', { released: true })],
    },
    text: [
      'Service shop/web is not served: node-c announced 192.168.1.240 and may no longer: speakerNotAlive (no speaker with a valid Lease runs on the node); node-a should take over',
      "Remedy: wait a moment; then see the speaker's log on node-a: kubectl logs -n herald-system -l app.kubernetes.io/component=speaker --prefix",
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by all: any node, any interface',
      'Nodes       1.  node-a  is due to announce it',
      '            2.  node-b  stands by',
      '            -   node-c  speakerNotAlive: no speaker with a valid Lease runs on the node',
      'Owner       node-c announced it last; node-a is due to',
    ],
  },
  {
    what: 'nobody that says it is the owner',
    cluster: { services: [serviceObject({ ips: address })] },
    text: [
      'Service shop/web is not served: no node says that it announces 192.168.1.240; node-a should',
      "Remedy: wait a moment; then see the speaker's log on node-a: kubectl logs -n herald-system -l app.kubernetes.io/component=speaker --prefix",
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: gives 192.168.1.240 (1 of 11 IPv4 in use)',
      'Address     192.168.1.240  the lowest free address of pool lan',
      'Endpoints   ready on node-a',
      'Advertised  by all: any node, any interface',
      'Nodes       1.  node-a  is due to announce it',
      '            2.  node-c  stands by',
      '            3.  node-b  stands by',
      'Owner       nobody says so; node-a should announce it',
    ],
  },
];

for (const { what, cluster, text } of all) {
  test(`${what} is explained`, () => assert.deepEqual(explained(cluster), text));
}

function event(reason: string, message: string, agoMs: number): RecentEvent {
  return recentEventResource.parse({
    metadata: { name: reason, namespace: 'shop' },
    involvedObject: { kind: 'Service', namespace: 'shop', name: 'web' },
    reason,
    message,
    lastTimestamp: new Date(clusterNowMs - agoMs).toISOString(),
  });
}

const tookOver = 'node node-a took over from node node-b: ownerLeaving (its owner is about to stop)';

test('what the owner says of its takeover is told, and who else claims the address', () => {
  const lines = explained(served, plainStyle, [
    event('OwnerChanged', 'node node-b took over from node node-c: ownerNotLive (it is dead)', 5 * 3_600_000),
    event('OwnerChanged', tookOver, 3 * 3_600_000),
    event('AddressConflict', '02:00:00:00:00:99 claims 192.168.1.240', 120_000),
    event('AddressConflict', '02:00:00:00:00:88 claims 192.168.1.240', 3_600_000),
    event('IPAllocated', 'Assigned 192.168.1.240 from pool lan', 120_000),
  ]);
  const from = lines.findIndex((line) => line.startsWith('Owner'));
  assert.deepEqual(lines.slice(from, from + 3), [
    'Owner       node-a answers for 192.168.1.240 on eth0 (MAC 02:00:00:00:00:0a)',
    '            it took over from node node-b: ownerLeaving (its owner is about to stop)',
    'Conflict    02:00:00:00:00:99 claims 192.168.1.240 (2 min ago)',
  ]);
});

test('a takeover of an earlier time as the owner is none of this one', () => {
  const lines = explained(served, plainStyle, [event('OwnerChanged', tookOver, 4 * 3_600_000)]);
  assert.ok(!lines.some((line) => line.includes('took over')));
});

test('a healthy Service on three nodes fits on one screen of 24 lines', () => {
  assert.ok(explained(served).length <= 24);
});

test('colours change nothing about the text', () => {
  assert.deepEqual(explained(served, colourStyle).map(visibleText), explained(served));
});

test('of many pools and nodes a few are named, and the rest is counted', () => {
  const names = Array.from({ length: 100 }, (_, index) => `node-${index}`);
  const pools = Array.from({ length: 20 }, (_, index) =>
    poolObject(`p${index}`, { addresses: [`10.0.${index}.0/24`] }),
  );
  const lines = explained({
    services: [serviceObject({ ips: ['10.0.19.0'], pool: 'p19' })],
    pools,
    nodes: names.map((name) => aNode(name)),
    leases: names.slice(0, 50).map((name) => leaseObject(name)),
    l2Statuses: [l2StatusOf('web', 'node-1')],
  });
  assert.ok(lines.length <= 24, `${lines.length} lines`);
  assert.ok(lines.some((line) => line.includes('p19: gives 10.0.19.0')));
  assert.ok(lines.some((line) => /-\s+node-50, node-51 and 48 more {2}speakerNotAlive/.test(line)));
});
