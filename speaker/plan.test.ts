import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { announceReasons } from '../shared/api/reasons.ts';
import type { Service } from '../shared/api/service.ts';
import { aConfig, aNode, anAdvertisement, aPool, aService, aSlice } from '../test/support/plan-inputs.ts';
import { eth0, everySpeaker, planOf, speaker, type World } from '../test/support/plan-world.ts';
import { verdictOn } from './group-plan.ts';
import type { Plan } from './plan.ts';

const candidatesOf = (plan: Plan) => plan.groups.map(({ candidates }) => candidates);

/** A world without node-b's and node-c's speakers' trouble: what is wrong is wrong with node-b, the golden owner. */
const reasonRows: readonly { name: string; world: World; reason: string; candidates: readonly string[] }[] = [
  { name: 'the first candidate owns', world: {}, reason: 'owner', candidates: ['node-b', 'node-a', 'node-c'] },
  {
    name: 'a preferred node goes before it',
    world: {
      config: aConfig([
        anAdvertisement('all', {
          preferredNodeSelectors: [
            { weight: 10, preference: { matchLabels: { 'kubernetes.io/hostname': 'node-c' } } },
            { weight: 9, preference: { matchLabels: { 'kubernetes.io/hostname': 'node-a' } } },
          ],
        }),
      ]),
    },
    reason: 'notOwner',
    candidates: ['node-c', 'node-a', 'node-b'],
  },
  {
    name: 'weights of all preferences that match are summed',
    world: {
      config: aConfig([
        anAdvertisement('one', {
          preferredNodeSelectors: [
            { weight: 6, preference: { matchLabels: { 'kubernetes.io/hostname': 'node-a' } } },
            { weight: 10, preference: { matchLabels: { 'kubernetes.io/hostname': 'node-c' } } },
          ],
        }),
        anAdvertisement('two', {
          preferredNodeSelectors: [{ weight: 5, preference: { matchLabels: { 'kubernetes.io/hostname': 'node-a' } } }],
        }),
      ]),
    },
    reason: 'notOwner',
    candidates: ['node-a', 'node-c', 'node-b'],
  },
  {
    name: 'the advertisement selects other nodes',
    world: {
      config: aConfig([
        anAdvertisement('some', {
          nodeSelectors: [
            { matchLabels: { 'kubernetes.io/hostname': 'node-a' } },
            { matchLabels: { 'kubernetes.io/hostname': 'node-c' } },
          ],
        }),
      ]),
    },
    reason: 'noMatchingAdvertisement',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the node is excluded by label',
    world: {
      nodes: [
        aNode('node-a'),
        aNode('node-b', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
        aNode('node-c'),
      ],
    },
    reason: 'nodeExcluded',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the label is ignored when told so',
    world: {
      ignoreExcludeLabel: true,
      nodes: [
        aNode('node-a'),
        aNode('node-b', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
        aNode('node-c'),
      ],
    },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'the node has no network',
    world: {
      nodes: [
        aNode('node-a'),
        aNode('node-b', { conditions: [{ type: 'NetworkUnavailable', status: 'True' }] }),
        aNode('node-c', { conditions: [{ type: 'NetworkUnavailable', status: 'False' }] }),
      ],
    },
    reason: 'nodeNetworkUnavailable',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the node is not ready and its speaker is not heard',
    world: {
      nodes: [aNode('node-a'), aNode('node-b', { ready: 'Unknown' }), aNode('node-c')],
      speakers: { 'node-a': speaker, 'node-c': speaker },
    },
    reason: 'nodeNotReady',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'a node that is not ready goes on while its speaker is heard',
    world: { nodes: [aNode('node-a'), aNode('node-b', { ready: 'False' }), aNode('node-c')] },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'the node is ready but its speaker is not heard',
    world: { speakers: { 'node-a': speaker, 'node-c': speaker } },
    reason: 'speakerNotAlive',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the speaker said that it leaves',
    world: { speakers: { ...everySpeaker, 'node-b': { ...speaker, leaving: true } } },
    reason: 'speakerNotAlive',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'a speaker that leaves goes on while nobody else can',
    world: { speakers: { 'node-b': { ...speaker, leaving: true } } },
    reason: 'owner',
    candidates: ['node-b'],
  },
  {
    name: 'the node is cordoned and out of service',
    world: {
      nodes: [
        aNode('node-a'),
        aNode('node-b', {
          spec: {
            unschedulable: true,
            taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }],
          },
        }),
        aNode('node-c'),
      ],
    },
    reason: 'nodeExcluded',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'a node that is only cordoned goes on',
    world: { nodes: [aNode('node-a'), aNode('node-b', { spec: { unschedulable: true } }), aNode('node-c')] },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'the node lacks the interface that the advertisement names',
    world: {
      config: aConfig([anAdvertisement('named', { interfaces: ['lan0'] })]),
      speakers: {
        'node-a': { ...speaker, interfaces: [eth0, { name: 'lan0', carrier: true, onlyIfNamed: false }] },
        'node-b': speaker,
        'node-c': { ...speaker, interfaces: [{ name: 'lan0', carrier: true, onlyIfNamed: true }] },
      },
    },
    reason: 'noInterface',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the node has only an excluded interface, and the advertisement names none',
    world: {
      speakers: {
        ...everySpeaker,
        'node-b': { ...speaker, interfaces: [{ name: 'veth1', carrier: true, onlyIfNamed: true }] },
      },
    },
    reason: 'noInterface',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'the cable is out',
    world: { speakers: { ...everySpeaker, 'node-b': { ...speaker, interfaces: [{ ...eth0, carrier: false }] } } },
    reason: 'noCarrier',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'one of two cables is out',
    world: {
      speakers: {
        ...everySpeaker,
        'node-b': {
          ...speaker,
          interfaces: [
            { ...eth0, carrier: false },
            { ...eth0, name: 'eth1' },
          ],
        },
      },
    },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'kube-proxy fails its health check',
    world: { speakers: { ...everySpeaker, 'node-b': { ...speaker, kubeProxyUnhealthy: true } } },
    reason: 'kubeProxyUnhealthy',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'kube-proxy fails its health check, on every node: its rules may still forward',
    world: {
      speakers: Object.fromEntries(
        Object.keys(everySpeaker).map((node) => [node, { ...speaker, kubeProxyUnhealthy: true }]),
      ),
    },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'its kernel answers for every address, and its speaker refuses',
    world: {
      speakers: { ...everySpeaker, 'node-b': { ...speaker, strictArp: { policy: 'refuse', proxyMode: 'ipvs' } } },
    },
    reason: 'strictArpRequired',
    candidates: ['node-a', 'node-c'],
  },
  {
    name: 'its kernel answers for every address, and its speaker goes on',
    world: { speakers: { ...everySpeaker, 'node-b': { ...speaker, strictArp: { policy: 'warn', proxyMode: '' } } } },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
  {
    name: 'Local, and the endpoint is elsewhere',
    world: {
      services: [aService({ spec: { externalTrafficPolicy: 'Local' } })],
      slices: [aSlice('web', ['node-a', { nodeName: 'node-b', conditions: { ready: false } }])],
    },
    reason: 'noLocalEndpoints',
    candidates: ['node-a'],
  },
  {
    name: 'Local, and an endpoint that terminates still serves here',
    world: {
      services: [aService({ spec: { externalTrafficPolicy: 'Local' } })],
      slices: [aSlice('web', [{ nodeName: 'node-b', conditions: { ready: false, serving: true, terminating: true } }])],
    },
    reason: 'owner',
    candidates: ['node-b'],
  },
  {
    name: 'Local with endpoints in several slices',
    world: {
      services: [aService({ spec: { externalTrafficPolicy: 'Local' } })],
      slices: [aSlice('web', ['node-a']), aSlice('other', ['node-c']), aSlice('web', ['node-b'])],
    },
    reason: 'owner',
    candidates: ['node-b', 'node-a'],
  },
  {
    name: 'Cluster counts endpoints that name no node',
    world: { slices: [aSlice('web', [{}])] },
    reason: 'owner',
    candidates: ['node-b', 'node-a', 'node-c'],
  },
];

describe('what stands in the way of node-b', () => {
  for (const { name, world, reason, candidates } of reasonRows) {
    test(name, () => {
      const plan = planOf(world);
      assert.deepEqual(candidatesOf(plan), [candidates]);
      const [group] = plan.groups;
      assert.equal(group && verdictOn(group, 'node-b'), reason);
      assert.deepEqual(plan.services.get('shop/web')?.unannounced, []);
    });
  }
});

const nobodyRows: readonly { name: string; world: World; cause: string }[] = [
  { name: 'no endpoint at all', world: { slices: [] }, cause: 'noEndpoints' },
  {
    name: 'no endpoint is ready',
    world: { slices: [aSlice('web', [{ nodeName: 'node-a', conditions: { ready: false } }])] },
    cause: 'noEndpoints',
  },
  {
    name: 'the address is in no pool',
    world: { services: [aService({ ips: ['10.9.9.9'] })] },
    cause: 'poolUnknown',
  },
  {
    name: 'no advertisement covers the pool',
    world: { config: aConfig([]) },
    cause: 'noMatchingAdvertisement',
  },
  {
    name: 'no advertisement selects the Service',
    world: { config: aConfig([anAdvertisement('vip', { serviceSelectors: [{ matchLabels: { tier: 'edge' } }] })]) },
    cause: 'noMatchingAdvertisement',
  },
  {
    name: 'the node that came nearest has no carrier',
    world: {
      config: aConfig([
        anAdvertisement('one', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-b' } }] }),
      ]),
      speakers: { 'node-b': { ...speaker, interfaces: [{ ...eth0, carrier: false }] } },
    },
    cause: 'noCarrier',
  },
  {
    name: 'Local, and the only endpoint is on a node without a speaker',
    world: {
      services: [aService({ spec: { externalTrafficPolicy: 'Local' } })],
      slices: [aSlice('web', ['node-a'])],
      speakers: { 'node-b': speaker },
    },
    cause: 'noLocalEndpoints',
  },
];

describe('an address that nobody may announce', () => {
  for (const { name, world, cause } of nobodyRows) {
    test(`${name}: ${cause}`, () => {
      const plan = planOf(world);
      assert.deepEqual(plan.groups, []);
      assert.deepEqual(
        plan.services.get('shop/web')?.unannounced.map((address) => address.cause),
        [cause],
      );
    });
  }

  test('every reason has a row', () => {
    const seen = new Set([...reasonRows.map(({ reason }) => reason), ...nobodyRows.map(({ cause }) => cause)]);
    assert.deepEqual(new Set(announceReasons), seen);
  });
});

describe('which Services', () => {
  const rows: readonly { name: string; service: Service; loadBalancerClass?: string; planned: boolean }[] = [
    { name: 'a LoadBalancer with an address', service: aService(), planned: true },
    { name: 'one without an address', service: aService({ ips: [] }), planned: false },
    { name: 'a NodePort', service: aService({ spec: { type: 'NodePort' } }), planned: false },
    {
      name: 'a headless one',
      service: aService({ spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
      planned: false,
    },
    { name: 'one of a class', service: aService({ spec: { loadBalancerClass: 'x/y' } }), planned: false },
    {
      name: 'one of our class',
      service: aService({ spec: { loadBalancerClass: 'x/y' } }),
      loadBalancerClass: 'x/y',
      planned: true,
    },
    { name: 'one without a class when we have one', service: aService(), loadBalancerClass: 'x/y', planned: false },
  ];
  for (const { name, service, loadBalancerClass, planned } of rows) {
    test(`${name}: ${planned ? 'announced' : 'left alone'}`, () => {
      const plan = planOf({ services: [service], ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) });
      assert.equal(plan.services.size, planned ? 1 : 0);
    });
  }
});

describe('groups', () => {
  test('a dual-stack Service has one owner for both addresses, by its IPv4 address', () => {
    const plan = planOf({ services: [aService({ ips: ['2001:db8::1', '10.0.0.2'] })] });
    assert.deepEqual(
      plan.groups.map(({ electedBy, ips, candidates }) => ({ electedBy, ips: [...ips].sort(), candidates })),
      [{ electedBy: '10.0.0.2', ips: ['10.0.0.2', '2001:db8::1'], candidates: ['node-b', 'node-c', 'node-a'] }],
    );
  });

  test('of two Services on one address, one without endpoints does not take the other down', () => {
    const plan = planOf({ services: [aService(), aService({ name: 'dns' })], slices: [aSlice('web', ['node-a'])] });
    assert.deepEqual(
      plan.groups.map(({ services, candidates }) => ({ services, owner: candidates[0] })),
      [{ services: ['shop/web'], owner: 'node-b' }],
    );
    assert.deepEqual(
      plan.services.get('shop/dns')?.unannounced.map(({ ip, cause }) => ({ ip, cause })),
      [{ ip: '10.0.0.1', cause: 'noEndpoints' }],
    );
  });

  test('an address of no pool does not take the Service’s other address down', () => {
    const plan = planOf({ services: [aService({ ips: ['10.0.0.1', '2001:db8:9::1'] })] });
    assert.deepEqual(
      plan.groups.map(({ ips }) => ips),
      [['10.0.0.1']],
    );
    assert.deepEqual(
      plan.services.get('shop/web')?.unannounced.map(({ ip, cause }) => ({ ip, cause })),
      [{ ip: '2001:db8:9::1', cause: 'poolUnknown' }],
    );
  });

  const only = (name: string) => [{ matchLabels: { 'kubernetes.io/hostname': name } }];
  const pools = [aPool('four', ['10.0.0.0/24']), aPool('six', ['2001:db8::/120'])];

  test('the owner is a node that may announce every address', () => {
    const plan = planOf({
      services: [aService({ ips: ['10.0.0.1', '2001:db8::1'] })],
      config: aConfig(
        [
          anAdvertisement('four', { ipAddressPools: ['four'] }),
          anAdvertisement('six', { ipAddressPools: ['six'], nodeSelectors: only('node-c') }),
        ],
        pools,
      ),
    });
    assert.deepEqual(candidatesOf(plan), [['node-c']]);
    assert.deepEqual(plan.groups[0]?.passedOver.get('node-b'), 'noMatchingAdvertisement');
  });

  test('addresses that no single node may announce are elected apart', () => {
    const plan = planOf({
      services: [aService({ ips: ['10.0.0.1', '2001:db8::1'] })],
      config: aConfig(
        [
          anAdvertisement('four', { ipAddressPools: ['four'], nodeSelectors: only('node-a') }),
          anAdvertisement('six', { ipAddressPools: ['six'], nodeSelectors: only('node-c') }),
        ],
        pools,
      ),
    });
    assert.deepEqual(
      plan.groups.map(({ ips, candidates }) => ({ ips, candidates })),
      [
        { ips: ['10.0.0.1'], candidates: ['node-a'] },
        { ips: ['2001:db8::1'], candidates: ['node-c'] },
      ],
    );
  });
});
