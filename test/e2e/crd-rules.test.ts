import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../shared/api/json.ts';
import { ApiRefusedError, type KubeApi } from '../cluster/api/kube-api.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { clusterSuite } from './cluster-suite.ts';

const plurals: Readonly<Record<string, string>> = {
  BFDProfile: 'v1beta1 bfdprofiles',
  BGPAdvertisement: 'v1beta1 bgpadvertisements',
  BGPPeer: 'v1beta2 bgppeers',
  Community: 'v1beta1 communities',
  IPAddressPool: 'v1beta1 ipaddresspools',
  L2Advertisement: 'v1beta1 l2advertisements',
};

/** What the API server says to a new object, which is not kept; undefined where it is accepted. */
async function refusalOf(api: KubeApi, kind: string, spec: JsonObject): Promise<string | undefined> {
  const [version, plural] = (plurals[kind] ?? '').split(' ');
  const object = {
    apiVersion: `metallb.io/${version}`,
    kind,
    metadata: { name: 'probe', namespace: heraldNamespace },
    spec,
  };
  const collection = `/apis/metallb.io/${version}/namespaces/${heraldNamespace}/${plural}`;
  try {
    await api.create(`${collection}?dryRun=All`, object);
    return undefined;
  } catch (error) {
    if (error instanceof ApiRefusedError && error.status === 422) return error.message;
    throw error;
  }
}

const acceptedEntries = [
  ...['10.0.0.0/24', '10.0.0.77/24', '10.0.0.1', '10.0.0.1-10.0.0.9', ' 10.0.0.1 - 10.0.0.9 ', '2.0.0.0-10.0.0.0'],
  ...[
    '2001:db8::/64',
    '2001:db8::1',
    '::1-::2',
    'fe80::a-fe80::10',
    '1::-1::1',
    '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  ...['2001:db8::-2001:DB8:0:0:1::', '1:2:3:4:5:6:7:8-1:2:3:4:5:6:7:8', 'ffff::-ffff::1'],
];
const noEntry = 'is no CIDR (192.0.2.0/24), range (192.0.2.5-192.0.2.9) or address';
const swapped = 'starts after its end; did you swap them?';
const refusedEntries: readonly [string, string][] = [
  ...['', 'lan', '10.0.0.0/33', '::/129', '10.0.0.0/024', '10.0.0.010', '10.0.0.1-', 'a-b-c', '10.0.0.0/24-10.0.1.0']
    .concat('::ffff:1.2.3.4', 'fe80::1%eth0')
    .map((entry): [string, string] => [entry, noEntry]),
  ...['10.0.0.9-10.0.0.1', '::2-::1', 'ffff::-::ffff', 'fe80::10-fe80::a', '2001:db8:0:0:1::-2001:db8::'].map(
    (entry): [string, string] => [entry, swapped],
  ),
  ['::1-1.2.3.4', 'begins and ends with addresses of two families; use two entries'],
];

const peer = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.0.0.1' };
const acceptedObjects: readonly [string, JsonObject][] = [
  ['L2Advertisement', {}],
  [
    'L2Advertisement',
    { nodeSelectors: [{ matchLabels: { zone: 'a' } }, { matchLabels: { zone: 'b' } }], interfaces: ['eth0'] },
  ],
  ['BGPPeer', peer],
  [
    'BGPPeer',
    {
      myASN: 4_294_967_295,
      dynamicASN: 'external',
      interface: 'eth0',
      holdTime: '90s',
      keepaliveTime: '30s',
      connectTime: '10s',
    },
  ],
  ['BGPAdvertisement', { aggregationLength: 24, communities: ['65535:65282', 'vpn', 'large:1:2:3'], localPref: 100 }],
  ['BFDProfile', { receiveInterval: 380, detectMultiplier: 3, echoMode: false, minimumTtl: 254 }],
  ['Community', { communities: [{ name: 'vpn', value: '1234:1' }] }],
];
const refusedObjects: readonly [string, JsonObject, string][] = [
  ['IPAddressPool', { addresses: [] }, 'spec.addresses'],
  ['IPAddressPool', { addresses: ['10.0.0.0/24', '10.0.0.0/24'] }, 'spec.addresses[1]: Duplicate value'],
  ['IPAddressPool', { addresses: ['10.0.0.0/24'], excludeAddresses: ['lan'] }, `spec.excludeAddresses[0]`],
  [
    'L2Advertisement',
    { preferredNodeSelectors: [{ weight: 101, preference: {} }] },
    'spec.preferredNodeSelectors[0].weight',
  ],
  ['L2Advertisement', { ipAddressPools: ['a', 'a'] }, 'spec.ipAddressPools[1]: Duplicate value'],
  [
    'L2Advertisement',
    { nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }] },
    'In and NotIn need at least one value, Exists and DoesNotExist take none',
  ],
  ['BGPPeer', { ...peer, dynamicASN: 'internal' }, 'give exactly one of peerASN and dynamicASN'],
  ['BGPPeer', { ...peer, interface: 'eth0' }, 'give exactly one of peerAddress and interface'],
  ['BGPPeer', { ...peer, holdTime: '1s' }, 'must be 0s or at least 3s'],
  ['BGPPeer', { ...peer, holdTime: '9s', keepaliveTime: '30s' }, 'keepaliveTime must not be longer than holdTime'],
  ['BGPPeer', { ...peer, connectTime: '1500ms' }, 'must be whole seconds from 1s to 65535s'],
  ['BGPPeer', { ...peer, routerID: '::1' }, 'must be written as an IPv4 address'],
  ['BGPPeer', { ...peer, peerAddress: 'router' }, 'must be an IP address'],
  [
    'BGPPeer',
    { ...peer, password: 'x', passwordSecret: { name: 'y' } },
    'give at most one of password and passwordSecret',
  ],
  [
    'BGPPeer',
    { ...peer, peerASN: 64_500, ebgpMultiHop: true },
    'ebgpMultiHop is for sessions between different AS numbers',
  ],
  [
    'BGPAdvertisement',
    { aggregationLength: 24, serviceSelectors: [{}] },
    'with serviceSelectors, routes are single addresses',
  ],
  ['BFDProfile', { receiveInterval: 5 }, 'spec.receiveInterval'],
];

if (process.env['KUBEBUILDER_ASSETS'] === undefined || process.env['KUBEBUILDER_ASSETS'] === '') {
  test('the rules of the CRDs', {
    skip: 'only a real kube-apiserver evaluates CEL; name one in KUBEBUILDER_ASSETS',
  }, () => {
    assert.fail('skipped');
  });
} else {
  const options = { name: 'the rules of the CRDs', nodeNames: ['node-a'], startHerald: false };
  await clusterSuite(import.meta.filename, options, (cluster) => {
    describe('an entry of addresses', () => {
      for (const entry of acceptedEntries) {
        test(`"${entry}" is accepted`, async () => {
          assert.equal(await refusalOf(cluster().api, 'IPAddressPool', { addresses: [entry] }), undefined);
        });
      }
      for (const [entry, why] of refusedEntries) {
        test(`"${entry}" ${why}`, async () => {
          const refusal = await refusalOf(cluster().api, 'IPAddressPool', { addresses: ['192.0.2.0/24', entry] });
          assert.ok(
            refusal?.includes('spec.addresses[1]') && refusal.includes(`"${entry}" ${why}`),
            refusal ?? 'accepted',
          );
        });
      }
    });
    describe('an object', () => {
      for (const [kind, spec] of acceptedObjects) {
        test(`${kind} ${JSON.stringify(spec)} is accepted`, async () => {
          assert.equal(await refusalOf(cluster().api, kind, spec), undefined);
        });
      }
      for (const [kind, spec, why] of refusedObjects) {
        test(`${kind} ${JSON.stringify(spec)} is refused: ${why}`, async () => {
          const refusal = await refusalOf(cluster().api, kind, spec);
          assert.ok(refusal?.includes(why), refusal ?? 'accepted');
        });
      }
    });
  });
}
