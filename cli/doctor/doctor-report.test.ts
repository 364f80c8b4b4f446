import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JsonObject, readObject } from '../../shared/api/json.ts';
import { nodeResource } from '../../shared/api/node.ts';
import {
  advertisementObject,
  type ClusterOf,
  clusterNowMs,
  clusterOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import {
  controllerLease,
  findingsOf,
  installed,
  soundFacts,
  speakersOf,
  writtenLeases,
} from '../../test/support/doctor-facts.ts';
import { aNode, nodeJson } from '../../test/support/plan-inputs.ts';
import { abc } from '../../test/support/plan-world.ts';
import type { DoctorFacts } from './facts.ts';
import { recentEventResource } from './recent-event.ts';

const announced = {
  type: 'herald/Announced',
  status: 'True',
  reason: 'owner',
  lastTransitionTime: '2026-01-01T01:00:00Z',
};
const web = serviceObject({ ips: ['192.168.1.240'], conditions: [announced] });
const pending = serviceObject({ name: 'late' });
const at = (ms: number): string => new Date(clusterNowMs + ms).toISOString();

/** Backends of `web`, and of as many others as `served` makes. */
const everyService = Object.fromEntries(
  ['web', ...Array.from({ length: 8 }, (_, index) => `web-${index}`)].map((name) => [name, ['node-a']]),
);

interface Fault {
  readonly name: string;
  readonly cluster?: ClusterOf;
  readonly facts?: Partial<DoctorFacts>;
  /** Of the speakers, in the cluster and in the facts, beside that of the controllers. */
  readonly leases?: readonly JsonObject[];
  /** All that is found. */
  readonly found: readonly string[];
}

/** Three speakers, of which that on node-c is another one. */
function withThird(third: JsonObject): readonly JsonObject[] {
  return [leaseObject('node-a'), leaseObject('node-b'), third];
}

function find({ cluster = {}, facts = {}, leases = abc.map((node) => leaseObject(node)) }: Fault): readonly string[] {
  const all = writtenLeases([controllerLease(), ...leases]);
  return findingsOf(
    clusterOf({ services: [web], endpoints: everyService, installation: installed, leases, ...cluster }),
    soundFacts({ leases: all, ...facts }),
  );
}

function holds(fault: Fault): void {
  test(fault.name, () => assert.deepEqual(find(fault), fault.found));
}

test('a sound cluster has nothing wrong', () => assert.deepEqual(find({ name: '', found: [] }), []));

describe('what runs', () => {
  const rows: readonly Fault[] = [
    {
      name: 'without a leading controller nothing else is said of Services that wait',
      cluster: { services: [web, pending] },
      facts: { leases: writtenLeases([controllerLease(60_000), ...abc.map((node) => leaseObject(node))]) },
      found: [
        'fail controller: no controller leads (the last one was 60 s ago): no Service gets an address, and none gives one back',
      ],
    },
    {
      name: 'a Lease that was never taken is named',
      facts: { leases: writtenLeases(abc.map((node) => leaseObject(node))) },
      found: [
        'fail controller: no controller leads (the Lease herald-controller does not exist in namespace herald-system): no Service gets an address, and none gives one back',
      ],
    },
    {
      name: 'a node that should have a speaker and has none',
      cluster: { nodes: [...abc, 'node-d'].map((name) => aNode(name)) },
      found: ['fail speakers: no speaker lives on node-d: none of the addresses can be announced from there'],
    },
    {
      name: 'a node that is not ready has its own finding',
      cluster: { nodes: [...abc.map((name) => aNode(name)), aNode('node-d', { ready: 'False' })] },
      found: [
        'warn speakers: not ready, and without a speaker: node-d: none of the addresses can be announced from there',
      ],
    },
    {
      name: 'a node with a taint that the DaemonSet does not tolerate needs no speaker',
      cluster: {
        nodes: [
          ...abc.map((name) => aNode(name)),
          aNode('node-d', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } }),
        ],
      },
      found: [],
    },
    {
      name: 'a speaker whose Lease was released is missed',
      leases: withThird(leaseObject('node-c', { released: true })),
      found: ['fail speakers: no speaker lives on node-c: none of the addresses can be announced from there'],
    },
    {
      name: 'a speaker that is heard and can not renew',
      leases: withThird(leaseObject('node-c', { agoMs: 600_000 })),
      found: ['warn speakers: the Leases of the speakers on node-c have run out, though the other speakers hear them'],
    },
    {
      name: 'no speaker at all is one finding, not one for each address',
      leases: [],
      found: ['fail speakers: no speaker lives on any of 3 nodes: no address is announced'],
    },
    {
      name: 'two versions',
      cluster: { installation: { ...installed, speaker: speakersOf('herald:2') } },
      found: [
        'warn versions: controller and speakers run different versions: herald-controller herald:1, herald-speaker herald:2',
      ],
    },
    {
      name: 'permissions that were refused, one finding for each account',
      facts: {
        refused: (['get', 'patch'] as const).map((verb) => ({
          component: 'speaker',
          verb,
          group: '',
          resource: 'services',
          subresource: 'status',
          name: '',
          namespace: '',
          user: 'system:serviceaccount:herald-system:herald-speaker',
        })),
      },
      found: [
        'fail component-permissions: system:serviceaccount:herald-system:herald-speaker may not get services/status, patch services/status',
      ],
    },
  ];
  for (const row of rows) holds(row);
});

describe('the configuration', () => {
  const lan = poolObject('lan', { addresses: ['192.168.1.240-192.168.1.250'] });
  const rows: readonly Fault[] = [
    {
      name: 'no pool at all',
      cluster: { services: [pending], pools: [], advertisements: [] },
      found: ['warn configuration: there is no pool: no Service can get an address'],
    },
    {
      name: 'a pool that no advertisement selects; its addresses are not told once more',
      cluster: { advertisements: [] },
      found: [
        'warn configuration: IPAddressPool herald-system/lan: metadata.name: no L2Advertisement selects "lan": its addresses are handed out but never announced; name it in spec.ipAddressPools of one (BGPAdvertisements are stored, not served yet)',
      ],
    },
    {
      name: 'a pool elsewhere',
      cluster: {
        pools: [lan, { metadata: { name: 'far', namespace: 'shop' }, spec: { addresses: ['10.0.0.1'] } }],
      },
      found: [
        'warn foreign-objects: IPAddressPool shop/far: metadata.namespace: "shop" is not the namespace of the installation: this object never serves; move it to "herald-system"',
      ],
    },
    {
      name: 'a pool with the addresses of nodes, of which also a router may be one',
      cluster: {
        nodes: abc.map((name, index) => nodeAt(name, `192.168.1.${10 + index}`)),
        pools: [lan, poolObject('wide', { addresses: ['192.168.1.1-192.168.1.20'], autoAssign: false })],
      },
      found: [
        'fail pool-addresses: pool wide holds 3 addresses of nodes: 192.168.1.10 (node-a), 192.168.1.11 (node-b), 192.168.1.12 (node-c); a Service that gets one cuts the node off',
      ],
    },
    {
      name: 'a pool with the address that routers usually have, and what is not known',
      cluster: {
        nodes: abc.map((name, index) => nodeAt(name, `192.168.1.${10 + index}`)),
        pools: [lan, poolObject('wide', { addresses: ['192.168.1.1-192.168.1.9'], autoAssign: false })],
      },
      found: [
        'warn pool-addresses: pool wide holds 192.168.1.1, where a router usually is in a network of the nodes; what is really there, and which range a DHCP server gives out, the API server does not know',
      ],
    },
    {
      name: 'what a pool excludes it does not hold',
      cluster: {
        nodes: abc.map((name, index) => nodeAt(name, `192.168.1.${10 + index}`)),
        pools: [
          lan,
          poolObject('wide', {
            addresses: ['192.168.1.1-192.168.1.20'],
            excludeAddresses: ['192.168.1.1-192.168.1.12'],
          }),
        ],
      },
      found: [],
    },
    {
      name: 'externalIPs of a pool',
      cluster: {
        services: [
          web,
          serviceObject({ name: 'thief', spec: { type: 'ClusterIP', externalIPs: ['192.168.1.244', '10.0.0.1'] } }),
        ],
      },
      found: [
        'warn external-ips: Service shop/thief names 192.168.1.244 of pool lan in spec.externalIPs: kube-proxy takes what arrives for it, whoever has the address',
      ],
    },
  ];
  for (const row of rows) holds(row);
});

function nodeAt(name: string, address: string) {
  const json = nodeJson(name);
  const status = { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address }] };
  return nodeResource.parse({ ...json, status });
}

describe('Services', () => {
  const poolOf = (addresses: readonly string[], spec: JsonObject = {}): ClusterOf => ({
    pools: [poolObject('lan', { addresses, ...spec })],
  });
  const rows: readonly Fault[] = [
    {
      name: 'a full pool with Services that wait for it is one finding',
      cluster: { ...poolOf(['192.168.1.240']), services: [web, pending, serviceObject({ name: 'later' })] },
      found: ['fail pools: pool lan: 1 of 1 IPv4 addresses are in use, and 2 Services wait: shop/late, shop/later'],
    },
    {
      name: 'a full pool that nobody waits for is a warning',
      cluster: poolOf(['192.168.1.240']),
      found: ['warn pools: pool lan: 1 of 1 IPv4 addresses are in use'],
    },
    {
      name: 'a full pool whose addresses are only given on request is none',
      cluster: poolOf(['192.168.1.240'], { autoAssign: false }),
      found: [],
    },
    {
      name: 'a pool that is filling up',
      cluster: { ...poolOf(['192.168.1.240-192.168.1.243']), services: served(3) },
      found: ['warn pools: pool lan: 3 of 4 IPv4 addresses are in use (75 %): it is filling up'],
    },
    {
      name: 'a pool that is nearly full',
      cluster: { ...poolOf(['192.168.1.240-192.168.1.249']), services: served(9) },
      found: ['warn pools: pool lan: 9 of 10 IPv4 addresses are in use (90 %): it is nearly full'],
    },
    {
      name: 'a pool with room',
      cluster: { ...poolOf(['192.168.1.240-192.168.1.243']), services: served(2) },
      found: [],
    },
    {
      name: 'a request that can not be had, and one that is kept all the same',
      cluster: {
        services: [
          serviceObject({ name: 'wishful', spec: { loadBalancerIP: '10.9.9.9' } }),
          serviceObject({ ips: ['192.168.1.240'], spec: { loadBalancerIP: '10.9.9.9' }, conditions: [announced] }),
        ],
      },
      found: [
        'fail pending-services: shop/wishful: no address: 10.9.9.9: no pool has it',
        'warn pending-services: shop/web: keeps 192.168.1.240, and can not have what it asks for: 10.9.9.9: no pool has it',
      ],
    },
    {
      name: 'Services with one cause are one finding',
      cluster: {
        services: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
          serviceObject({ name, annotations: { 'metallb.io/address-pool': 'nowhere' } }),
        ),
      },
      found: [
        'fail pending-services: shop/a, shop/b, shop/c, shop/d, shop/e and 1 more: no address: pool nowhere: there is no such pool',
      ],
    },
    {
      name: 'an address that could be given, and that the controller has not written',
      cluster: { services: [pending] },
      found: [
        'fail pending-services: shop/late: no address: 192.168.1.240 could be given, but the controller has not written it',
      ],
    },
    {
      name: 'one that has only just been created is not late',
      cluster: {
        services: [{ ...pending, metadata: { ...readObject(pending, 'metadata'), creationTimestamp: at(-3_000) } }],
      },
      found: [],
    },
    {
      name: 'an address that no node may announce',
      cluster: { advertisements: [advertisementObject('all', { interfaces: ['eth9'] })] },
      found: ['fail unannounced: shop/web: no node may announce the address of pool lan: noInterface'],
    },
    {
      name: 'a Service without Pods is a warning',
      cluster: { endpoints: {} },
      found: ['warn unannounced: shop/web: no node may announce the address of pool lan: noEndpoints'],
    },
    {
      name: 'an address that a node may announce, and nobody does',
      cluster: { services: [serviceObject({ ips: ['192.168.1.240'] })] },
      found: ['fail unannounced: shop/web: nobody announces the address, though node node-a may'],
    },
    {
      name: 'Services of another class are others’ affair',
      cluster: { services: [web, serviceObject({ name: 'other', spec: { loadBalancerClass: 'example.com/x' } })] },
      found: [],
    },
  ];
  for (const row of rows) holds(row);
});

function served(count: number): readonly JsonObject[] {
  const conditions = [announced];
  const others = Array.from({ length: count - 1 }, (_, index) => {
    const ips = [`192.168.1.${241 + index}`];
    return serviceObject({ name: `web-${index}`, ips, conditions });
  });
  return [web, ...others];
}

describe('nodes', () => {
  const rows: readonly Fault[] = [
    {
      name: 'strict ARP that is off',
      leases: withThird(leaseObject('node-c', { facts: { strictArp: { policy: 'warn', proxyMode: 'ipvs' } } })),
      found: [
        "fail strict-arp: strict ARP is off on node-c: kube-proxy's IPVS mode answers there for every Service's address",
      ],
    },
    {
      name: 'strict ARP that is off, where such nodes are kept out',
      leases: withThird(leaseObject('node-c', { facts: { strictArp: { policy: 'refuse', proxyMode: 'ipvs' } } })),
      found: ['warn strict-arp: strict ARP is off on node-c, which therefore announce nothing (--strict-arp=refuse)'],
    },
    {
      name: 'pulses that do not come',
      leases: withThird(leaseObject('node-c', { facts: { unheard: ['node-a', 'node-b'] } })),
      found: [
        'fail pulses: pulses do not come, though the speakers live: node-c hears nothing of node-a, node-c hears nothing of node-b; a failure is noticed only when a Lease runs out',
      ],
    },
    {
      name: 'pulses of a speaker that is gone are not missed',
      leases: [
        leaseObject('node-a', { facts: { unheard: ['node-c'] } }),
        leaseObject('node-b'),
        leaseObject('node-c', { released: true }),
      ],
      found: ['fail speakers: no speaker lives on node-c: none of the addresses can be announced from there'],
    },
    {
      name: 'a kube-proxy that fails',
      leases: withThird(leaseObject('node-c', { facts: { kubeProxyUnhealthy: true } })),
      found: ["fail kube-proxy: kube-proxy's health check fails on node-c: others announce in place of it"],
    },
    {
      name: 'a clock that is ahead',
      leases: withThird(leaseObject('node-c', { agoMs: -90_000 })),
      found: ["warn clocks: 1 node's clock differs from the API server's: node-c 90 s ahead"],
    },
    {
      name: 'a clock that is behind, by when the API server says it was written',
      leases: withThird(writtenAt(leaseObject('node-c', { agoMs: 600_000 }), at(-1_000))),
      found: ["warn clocks: 1 node's clock differs from the API server's: node-c 599 s behind"],
    },
    {
      name: 'a conflict, the last that was said of it',
      facts: {
        events: [
          eventOf('AddressConflict', 'old', -120_000),
          eventOf('AddressConflict', '02:00:00:00:00:99 has it', -60_000),
          eventOf('AddressConflict', 'long ago', -3_600_000),
        ],
      },
      found: ['fail conflicts: Service shop/web: 02:00:00:00:00:99 has it'],
    },
    {
      name: 'a conflict that is over',
      facts: { events: [eventOf('AddressConflict', 'long ago', -3_600_000)] },
      found: [],
    },
  ];
  for (const row of rows) holds(row);

  test('an address in use, as the Lease of a speaker names it', () => {
    const lease = leaseObject('node-c');
    const metadata = readObject(lease, 'metadata');
    const inUse = [
      { address: '192.168.1.245', mac: '02:00:00:00:00:99', interface: 'eth0', untilMs: clusterNowMs + 1_000 },
    ];
    const annotations = { ...readObject(metadata, 'annotations'), 'herald/addresses-in-use': JSON.stringify(inUse) };
    const leases = withThird({ ...lease, metadata: { ...metadata, annotations } });
    const spec = { addresses: ['192.168.1.240-192.168.1.250'] };
    const inPool = (more: JsonObject): readonly string[] =>
      find({ name: '', cluster: { pools: [poolObject('lan', { ...spec, ...more })] }, leases, found: [] });
    assert.deepEqual(inPool({}), [], 'a pool that does not ask for it sets nothing aside');
    assert.deepEqual(inPool({ conflictCheck: true }), [
      'warn conflicts: 192.168.1.245 is in use by 02:00:00:00:00:99 on eth0 (seen by node-c), and is tried again at 2026-01-01T12:00:01Z',
    ]);
  });
});

function writtenAt(lease: JsonObject, time: string): JsonObject {
  return { ...lease, metadata: { ...readObject(lease, 'metadata'), managedFields: [{ manager: 'speaker', time }] } };
}

function eventOf(reason: string, message: string, afterMs: number) {
  const involvedObject = { kind: 'Service', namespace: 'shop', name: 'web' };
  return recentEventResource.parse({
    metadata: { name: message },
    involvedObject,
    reason,
    message,
    lastTimestamp: at(afterMs),
  });
}

describe('the API server', () => {
  test('a kind of ours that it does not serve is told by its definition alone', () => {
    const facts = soundFacts();
    const customResources = facts.customResources.filter(({ meta }) => meta.name !== 'servicel2statuses.metallb.io');
    const unreadable = [{ resource: 'servicel2statuses', why: 'the API server does not know this kind' }];
    assert.deepEqual(findingsOf(clusterOf({ services: [web], unreadable }), { ...facts, customResources }), [
      'fail custom-resources: the API server does not serve servicel2statuses.metallb.io v1beta1',
    ]);
  });

  test('a definition of MetalLB, which lacks fields', () => {
    const facts = soundFacts();
    const customResources = facts.customResources.map((one) =>
      one.meta.name === 'ipaddresspools.metallb.io' ? { ...one, served: new Map([['v1beta1', ['addresses']]]) } : one,
    );
    assert.deepEqual(findingsOf(clusterOf({ services: [web] }), { ...facts, customResources }), [
      "warn custom-resources: the definition of IPAddressPool is not Herald's: the API server drops spec.excludeAddresses and spec.conflictCheck",
    ]);
  });

  test('what may not be read is told once, with what could not be checked', () => {
    const why = 'cannot list events: events is forbidden';
    const facts = soundFacts({ unreadable: [{ resource: 'events', why }] });
    assert.deepEqual(findingsOf(clusterOf({ services: [web] }), facts), [
      `warn access: cannot check conflicts: events can not be read (${why})`,
    ]);
  });
});
