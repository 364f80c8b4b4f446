import type { JsonObject } from '../../shared/api/json.ts';

/** Kind and spec. */
export type AcceptedObject = readonly [string, JsonObject];
/** Kind, spec, and a part of the refusal. */
export type RefusedObject = readonly [string, JsonObject, string];

const pool = { addresses: ['10.0.0.0/24'] };
const peer = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.0.0.1' };
const zone = (name: string): JsonObject => ({ matchLabels: { zone: name } });
const twice = [zone('a'), zone('b'), zone('a')];
const selectorTwice = 'has a selector twice; remove one';

export const acceptedObjects: readonly AcceptedObject[] = [
  ['IPAddressPool', pool],
  [
    'IPAddressPool',
    {
      ...{ ...pool, excludeAddresses: ['10.0.0.1'], autoAssign: false, avoidBuggyIPs: true, conflictCheck: true },
      serviceAllocation: {
        ...{ priority: 50, namespaces: ['shop'], namespaceSelectors: [zone('a')] },
        serviceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }],
      },
    },
  ],
  ['L2Advertisement', {}],
  [
    'L2Advertisement',
    {
      ...{ ipAddressPools: ['a', 'b'], nodeSelectors: [zone('a'), zone('b')], interfaces: ['eth0'] },
      preferredNodeSelectors: [
        { weight: 1, preference: {} },
        { weight: 100, preference: zone('a') },
      ],
    },
  ],
  ['BGPPeer', peer],
  [
    'BGPPeer',
    {
      ...{ myASN: 4_294_967_295, dynamicASN: 'external', localASN: 1, interface: 'eth0', ebgpMultiHop: true },
      ...{ holdTime: '90s', keepaliveTime: '30s', connectTime: '10s', routerID: '10.0.0.1', vrf: 'red' },
      ...{ passwordSecret: { name: 'password' }, bfdProfile: 'fast', enableGracefulRestart: true },
      ...{ dualStackAddressFamily: true, sourceAddress: '::1', peerPort: 65_535, nodeSelectors: [zone('a')] },
    },
  ],
  ['BGPPeer', { ...peer, holdTime: '0s' }],
  ['BGPPeer', { ...peer, password: 'secret', disableMP: true }],
  ['BGPAdvertisement', {}],
  [
    'BGPAdvertisement',
    { aggregationLength: 24, communities: ['65535:65282', 'vpn', 'large:1:2:3'], localPref: 4_294_967_295 },
  ],
  ['BGPAdvertisement', { aggregationLength: 32, aggregationLengthV6: 128, serviceSelectors: [zone('a')] }],
  ['BFDProfile', {}],
  ['BFDProfile', { receiveInterval: 10, transmitInterval: 60_000, echoInterval: 50, detectMultiplier: 2 }],
  ['BFDProfile', { echoMode: true, passiveMode: false, minimumTtl: 254, detectMultiplier: 255 }],
  ['Community', { communities: [{ name: 'vpn', value: '65535:0' }] }],
  ['Community', { communities: [{ name: 'big', value: 'large:4294967295:0:1' }] }],
];

const requirement = 'In and NotIn need at least one value, Exists and DoesNotExist take none';
const wrongSelectors: readonly (readonly [JsonObject, string])[] = [
  [{ key: 'a', operator: 'Exists', values: ['x'] }, requirement],
  [{ key: 'a', operator: 'In' }, requirement],
  [{ key: 'a', operator: 'Is', values: ['x'] }, 'matchExpressions[0].operator: Unsupported value: "Is"'],
  [{ operator: 'Exists' }, 'matchExpressions[0].key: Required value'],
];

function outOfBounds(kind: string, spec: JsonObject, field: string, values: readonly number[]): RefusedObject[] {
  return values.map((value) => [kind, { ...spec, [field]: value }, `spec.${field}: Invalid value`]);
}

function duplicates(kind: string, spec: JsonObject, lists: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(lists).map(
    ([field, list]): RefusedObject => [kind, { ...spec, [field]: list }, `spec.${field}[1]: Duplicate value`],
  );
}

function repeatedSelectors(kind: string, spec: JsonObject, fields: readonly string[]) {
  return fields.map((field): RefusedObject => [kind, { ...spec, [field]: twice }, selectorTwice]);
}

const oneOfAsns = 'give exactly one of peerASN and dynamicASN';
const oneOfEnds = 'give exactly one of peerAddress and interface';
const sameAs = 'ebgpMultiHop is for sessions between different AS numbers';
const names = ['a', 'a'];

export const refusedObjects: readonly RefusedObject[] = [
  ['IPAddressPool', {}, 'spec.addresses: Required value'],
  ['IPAddressPool', { addresses: [] }, 'spec.addresses'],
  ['IPAddressPool', { ...pool, excludeAddresses: ['lan'] }, 'spec.excludeAddresses[0]'],
  ['IPAddressPool', { ...pool, excludeAddresses: ['10.0.0.9-10.0.0.1'] }, 'starts after its end'],
  ...duplicates('IPAddressPool', pool, {
    addresses: ['10.0.0.0/24', '10.0.0.0/24'],
    excludeAddresses: ['10.0.0.1', '10.0.0.1'],
  }),
  [
    'IPAddressPool',
    { ...pool, serviceAllocation: { namespaces: names } },
    'spec.serviceAllocation.namespaces[1]: Duplicate value',
  ],
  ...['namespaceSelectors', 'serviceSelectors'].map(
    (field): RefusedObject => ['IPAddressPool', { ...pool, serviceAllocation: { [field]: twice } }, selectorTwice],
  ),
  ...wrongSelectors.map(
    ([expression, why]): RefusedObject => [
      'L2Advertisement',
      { nodeSelectors: [{ matchExpressions: [expression] }] },
      why,
    ],
  ),
  ...[0, 101, -1].map(
    (weight): RefusedObject => [
      'L2Advertisement',
      { preferredNodeSelectors: [{ weight, preference: {} }] },
      'spec.preferredNodeSelectors[0].weight: Invalid value',
    ],
  ),
  ['L2Advertisement', { preferredNodeSelectors: [{ preference: {} }] }, 'weight: Required value'],
  ['L2Advertisement', { preferredNodeSelectors: [{ weight: 1 }] }, 'preference: Required value'],
  ...duplicates('L2Advertisement', {}, { ipAddressPools: names, interfaces: names }),
  ...repeatedSelectors('L2Advertisement', {}, ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors']),
  ['BGPPeer', { peerASN: 1, peerAddress: '10.0.0.1' }, 'spec.myASN: Required value'],
  ...outOfBounds('BGPPeer', peer, 'myASN', [0, 4_294_967_296]),
  ...outOfBounds('BGPPeer', peer, 'peerASN', [-1, 4_294_967_296]),
  ...outOfBounds('BGPPeer', peer, 'localASN', [0, 4_294_967_296]),
  ...outOfBounds('BGPPeer', peer, 'peerPort', [0, 65_536]),
  ['BGPPeer', { ...peer, dynamicASN: 'internal' }, oneOfAsns],
  ['BGPPeer', { ...peer, peerASN: 0 }, oneOfAsns],
  ['BGPPeer', { myASN: 1, dynamicASN: 'any', peerAddress: '::1' }, 'spec.dynamicASN: Unsupported value: "any"'],
  ['BGPPeer', { ...peer, interface: 'eth0' }, oneOfEnds],
  ['BGPPeer', { myASN: 1, peerASN: 2 }, oneOfEnds],
  ...['1s', '65536s', '-3s'].map(
    (holdTime): RefusedObject => ['BGPPeer', { ...peer, holdTime }, 'must be 0s, or from 3s to 65535s'],
  ),
  ...['-1s', '999ms'].map(
    (keepaliveTime): RefusedObject => ['BGPPeer', { ...peer, keepaliveTime }, 'must be 0s or at least 1s'],
  ),
  ['BGPPeer', { ...peer, holdTime: 'long' }, 'spec.holdTime'],
  ['BGPPeer', { ...peer, holdTime: '9s', keepaliveTime: '30s' }, 'keepaliveTime must not be longer than holdTime'],
  ...['0s', '1500ms', '65536s'].map(
    (connectTime): RefusedObject => ['BGPPeer', { ...peer, connectTime }, 'must be whole seconds from 1s to 65535s'],
  ),
  ['BGPPeer', { ...peer, routerID: '::1' }, 'must be written as an IPv4 address'],
  ['BGPPeer', { ...peer, routerID: 'me' }, 'must be written as an IPv4 address'],
  ['BGPPeer', { ...peer, peerAddress: 'router' }, 'must be an IP address'],
  ['BGPPeer', { ...peer, sourceAddress: 'me' }, 'must be an IP address'],
  [
    'BGPPeer',
    { ...peer, password: 'x', passwordSecret: { name: 'y' } },
    'give at most one of password and passwordSecret',
  ],
  ['BGPPeer', { ...peer, peerASN: 64_500, ebgpMultiHop: true }, sameAs],
  ['BGPPeer', { myASN: 1, dynamicASN: 'internal', peerAddress: '::1', ebgpMultiHop: true }, sameAs],
  [
    'BGPPeer',
    { ...peer, disableMP: true, dualStackAddressFamily: true },
    'disableMP and dualStackAddressFamily exclude one another',
  ],
  ...repeatedSelectors('BGPPeer', peer, ['nodeSelectors']),
  ...outOfBounds('BGPAdvertisement', {}, 'aggregationLength', [0, 33]),
  ...outOfBounds('BGPAdvertisement', {}, 'aggregationLengthV6', [0, 129]),
  ...outOfBounds('BGPAdvertisement', {}, 'localPref', [-1, 4_294_967_296]),
  ...[{ aggregationLength: 24 }, { aggregationLengthV6: 64 }].map(
    (spec): RefusedObject => [
      'BGPAdvertisement',
      { ...spec, serviceSelectors: [{}] },
      'with serviceSelectors, routes are single addresses',
    ],
  ),
  ...duplicates('BGPAdvertisement', {}, { communities: ['1:1', '1:1'], ipAddressPools: names, peers: names }),
  ...repeatedSelectors('BGPAdvertisement', {}, ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors']),
  ...['receiveInterval', 'transmitInterval', 'echoInterval'].flatMap((field) =>
    outOfBounds('BFDProfile', {}, field, [9, 60_001]),
  ),
  ...outOfBounds('BFDProfile', {}, 'detectMultiplier', [1, 256]),
  ...outOfBounds('BFDProfile', {}, 'minimumTtl', [0, 255]),
  ...['no-export', '1', '1:2:3', 'large:1:2', '-1:1'].map(
    (value): RefusedObject => ['Community', { communities: [{ name: 'vpn', value }] }, 'communities[0].value'],
  ),
  ...['65536:1', '1:65536', 'large:4294967296:1:1', 'large:1:1:9999999999'].map(
    (value): RefusedObject => [
      'Community',
      { communities: [{ name: 'vpn', value }] },
      'has a number that is too large',
    ],
  ),
  ['Community', { communities: [{ value: '1:1' }] }, 'communities[0].name: Required value'],
  ['Community', { communities: [{ name: '', value: '1:1' }] }, 'communities[0].name'],
  ['Community', { communities: [{ name: 'vpn' }] }, 'communities[0].value: Required value'],
];
