import type { JsonObject } from '../../shared/api/json.ts';

const longest = 1024;
const entryLength = 84;

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const hex = (index: number): string => index.toString(16).padStart(4, '0');

/** Forms of an entry of a pool, each padded to the longest text that the schema takes. */
const entries: Readonly<Record<string, (index: number) => string>> = {
  'IPv4 ranges': (index) => `10.${index >> 8}.${index & 255}.100 - 10.${index >> 8}.${index & 255}.199`,
  'IPv6 ranges, written out': (index) =>
    `fd00:1111:2222:3333:4444:5555:${hex(index)}:0001 - fd00:1111:2222:3333:4444:5555:${hex(index)}:ffff`,
  'IPv6 ranges, shortened': (index) =>
    `fd00:1111:2222:3333:4444:${hex(index)}::1 - fd00:1111:2222:3333:4444:${hex(index)}::f`,
  'IPv6 prefixes': (index) => `fd00:1111:2222:3333:4444:5555:${hex(index)}:0000/112`,
};

function pool(form: (index: number) => string): JsonObject {
  const texts = times(longest, (index) => form(index).padEnd(entryLength));
  return { addresses: texts, excludeAddresses: texts };
}

const hosts = (count: number): readonly JsonObject[] =>
  times(count, (index) => ({
    matchLabels: { 'kubernetes.io/hostname': `node-${index}.rack-${index % 64}.example.com` },
  }));
const requirements = (count: number): readonly JsonObject[] =>
  times(count, (index) => ({
    matchExpressions: times(4, (key) => ({ key: `k${key}`, operator: 'In', values: [`v${index}`] })),
  }));
const names = times(longest, (index) => `name-${index}`.padEnd(63, 'x'));
const everyHost = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: names }] };

function selecting(fields: readonly string[], list: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, list]));
}

const l2Selectors = ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors'];
const peer = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.0.0.1' };

/** Kind, what it has in abundance, and its spec: as large as the schema allows, where a request may be that large. */
export const largestObjects: readonly (readonly [string, string, JsonObject])[] = [
  ...Object.entries(entries).map(([what, form]) => ['IPAddressPool', what, pool(form)] as const),
  [
    'IPAddressPool',
    'namespaces and selectors',
    {
      addresses: ['10.0.0.0/8'],
      serviceAllocation: {
        namespaces: names,
        ...selecting(['namespaceSelectors', 'serviceSelectors'], hosts(longest)),
      },
    },
  ],
  ['L2Advertisement', 'selectors of one label', selecting(l2Selectors, hosts(longest))],
  ['L2Advertisement', 'selectors of four requirements', selecting(l2Selectors, requirements(longest))],
  ['L2Advertisement', 'as many selectors as are compared', selecting(l2Selectors, requirements(64))],
  ['L2Advertisement', 'values in one selector', { nodeSelectors: [everyHost] }],
  [
    'L2Advertisement',
    'names and preferences',
    {
      ...{ ipAddressPools: names, interfaces: names },
      preferredNodeSelectors: hosts(longest).map((preference) => ({ weight: 1, preference })),
    },
  ],
  ['BGPPeer', 'selectors', { ...peer, nodeSelectors: requirements(longest) }],
  ['BGPAdvertisement', 'selectors', selecting(l2Selectors, requirements(longest))],
  [
    'BGPAdvertisement',
    'communities, pools and peers',
    { communities: times(longest, (index) => `large:64500:1:${index}`), ipAddressPools: names, peers: names },
  ],
  [
    'Community',
    'names',
    { communities: names.map((name, index) => ({ name, value: `large:4294967295:4294967295:${index}` })) },
  ],
];
