import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configOfYaml } from '../../test/support/config-objects.ts';
import { parseAddress } from '../net/address.ts';

const peer = (more: string): string => `peers:\n- my-asn: 64500\n  peer-asn: 64501\n  peer-address: 10.0.0.1\n${more}`;
const pool = (addresses: string, advertisement: string): string =>
  `address-pools:\n- name: wan\n  protocol: bgp\n  addresses: [${addresses}]\n  bgp-advertisements:\n  - ${advertisement}\n`;

describe('the BGP parts of the ConfigMap', () => {
  test('are kept with their defaults', () => {
    const { config, findings } = configOfYaml(peer(''));
    assert.deepEqual(findings, []);
    const found = config?.bgp?.peers[0];
    assert.ok(found);
    assert.deepEqual(found.peerAddress, parseAddress('10.0.0.1'));
    assert.deepEqual(
      { ...found, peerAddress: undefined },
      {
        name: 'peer-1',
        myAsn: 64_500,
        peerAsn: 64_501,
        localAsn: undefined,
        peerAddress: undefined,
        peerInterface: undefined,
        sourceAddress: undefined,
        peerPort: 179,
        holdTimeMs: 90_000,
        keepaliveTimeMs: 30_000,
        connectTimeMs: undefined,
        routerId: undefined,
        password: '',
        passwordSecret: undefined,
        bfdProfile: undefined,
        gracefulRestart: false,
        ebgpMultiHop: false,
        vrf: '',
        disableMp: false,
        dualStackAddressFamily: false,
        nodeSelectors: [],
      },
    );
  });

  test('are kept as they are given', () => {
    const { config, findings } = configOfYaml(`
peers:
- my-asn: 4200000000
  peer-asn: 64501
  peer-address: 2001:db8::1
  source-address: 2001:db8::2
  peer-port: 1790
  hold-time: 1m30s
  keepalive-time: 10s
  router-id: 10.0.0.9
  password: 0815
  bfd-profile: fast
  ebgp-multihop: yes
  node-selectors:
  - match-labels: {rack: a}
    match-expressions:
    - {key: zone, operator: In, values: [x, y]}
    - {key: gone, operator: DoesNotExist}
bfd-profiles:
- {name: fast, receive-interval: 50, transmit-interval: 60, detect-multiplier: 5, echo-interval: 70, echo-mode: true, passive-mode: true, minimum-ttl: 254}
bgp-communities: {no-export: "65535:65281"}
address-pools:
- name: wan
  protocol: bgp
  addresses: [198.51.100.0/24]
  bgp-advertisements:
  - {aggregation-length: 24, localpref: 200, communities: [no-export, "64500:1"]}
  - {}
- {name: bare, protocol: bgp, addresses: [203.0.113.0/24]}
`);
    assert.deepEqual(
      findings.map(({ severity, path }) => `${severity} ${path}`),
      ['notice config.address-pools[0].protocol', 'notice config.address-pools[1].protocol'],
    );
    const bgp = config?.bgp;
    const found = bgp?.peers[0];
    assert.equal(found?.holdTimeMs, 90_000);
    assert.equal(found.keepaliveTimeMs, 10_000);
    assert.equal(found.password, '0815');
    assert.equal(found.ebgpMultiHop, true);
    assert.deepEqual(found.nodeSelectors, [
      {
        matchLabels: { rack: 'a' },
        matchExpressions: [
          { key: 'zone', operator: 'In', values: ['x', 'y'] },
          { key: 'gone', operator: 'DoesNotExist', values: [] },
        ],
      },
    ]);
    assert.deepEqual(bgp?.bfdProfiles, [
      {
        name: 'fast',
        receiveIntervalMs: 50,
        transmitIntervalMs: 60,
        detectMultiplier: 5,
        echoIntervalMs: 70,
        echoMode: true,
        passiveMode: true,
        minimumTtl: 254,
      },
    ]);
    const everywhere = { nodeSelectors: [], peers: [], serviceSelectors: [] };
    const single = { aggregationLength: 32, aggregationLengthV6: 128, localPref: 0, communities: [], ...everywhere };
    assert.deepEqual(
      bgp.advertisements,
      new Map([
        ['bare', [{ ...single, name: 'bare' }]],
        [
          'wan',
          [
            {
              ...single,
              name: 'wan-1',
              aggregationLength: 24,
              localPref: 200,
              communities: ['65535:65281', '64500:1'],
            },
            { ...single, name: 'wan-2' },
          ],
        ],
      ]),
    );
    assert.deepEqual(config?.advertisements, [], 'a pool of protocol bgp is not announced on the local network');
    assert.deepEqual([...(config?.pools.keys() ?? [])], ['bare', 'wan']);
  });

  const timers: readonly [string, number, number][] = [
    ['  hold-time: 9s\n', 9000, 3000],
    ['  keepalive-time: 5s\n', 15_000, 5000],
    ['  hold-time: 0s\n', 0, 0],
    ['  hold-time: 10s\n  keepalive-time: 10s\n', 10_000, 10_000],
  ];
  for (const [yaml, holdTimeMs, keepaliveTimeMs] of timers) {
    test(`${JSON.stringify(yaml)} gives a hold time of ${holdTimeMs} ms and keepalives every ${keepaliveTimeMs} ms`, () => {
      const found = configOfYaml(peer(yaml)).config?.bgp?.peers[0];
      assert.deepEqual([found?.holdTimeMs, found?.keepaliveTimeMs], [holdTimeMs, keepaliveTimeMs]);
    });
  }
});

describe('what is refused in the BGP parts', () => {
  const rows: readonly [string, string, readonly string[]][] = [
    [
      'a peer without AS numbers',
      'peers:\n- peer-address: 10.0.0.1\n',
      [
        'config.peers[0].my-asn: the key "my-asn" is missing (line 2, column 3)',
        'config.peers[0].peer-asn: the key "peer-asn" is missing (line 2, column 3)',
      ],
    ],
    [
      'AS number 0',
      peer('').replace('64500', '0'),
      ['config.peers[0].my-asn: "0" is not a whole number from 1 to 4294967295 (line 2, column 11)'],
    ],
    [
      'an AS number of 33 bits',
      peer('').replace('64501', '4294967296'),
      ['config.peers[0].peer-asn: "4294967296" is not a whole number from 1 to 4294967295 (line 3, column 13)'],
    ],
    [
      'a number in quotes',
      peer('  peer-port: "179"\n'),
      ['config.peers[0].peer-port: "179" is not a whole number from 1 to 65535 (line 5, column 14)'],
    ],
    [
      'a host name for a peer',
      peer('').replace('10.0.0.1', 'router'),
      ['config.peers[0].peer-address: "router" is not an IP address (line 4, column 17)'],
    ],
    [
      'a router id of IPv6',
      peer('  router-id: "::1"\n'),
      ['config.peers[0].router-id: "::1" is not a router id; write it as an IPv4 address (line 5, column 14)'],
    ],
    [
      'a hold time of a second',
      peer('  hold-time: 1s\n'),
      ['config.peers[0].hold-time: "1s" is not a hold time; write "0s" or "3s" to "65535s" (line 5, column 14)'],
    ],
    [
      'a hold time without unit',
      peer('  hold-time: 90\n'),
      ['config.peers[0].hold-time: "90" is not a hold time; write "0s" or "3s" to "65535s" (line 5, column 14)'],
    ],
    [
      'keepalives rarer than the hold time',
      peer('  hold-time: 9s\n  keepalive-time: 10s\n'),
      [
        'config.peers[0].keepalive-time: 10s is longer than the hold time of 9s; make it a third of that (line 6, column 19)',
      ],
    ],
    [
      'a BFD profile that is not there',
      peer('  bfd-profile: fast\n'),
      [
        'config.peers[0].bfd-profile: there is no BFD profile "fast"; add it to bfd-profiles or remove the key (line 5, column 16)',
      ],
    ],
    [
      'multihop within one AS',
      peer('  ebgp-multihop: true\n').replace('64501', '64500'),
      [
        'config.peers[0].ebgp-multihop: both ends are in AS 64500, so this is no EBGP session; remove the key (line 5, column 18)',
      ],
    ],
    [
      'an unknown operator',
      peer('  node-selectors:\n  - match-expressions:\n    - {key: a, operator: Is}\n'),
      [
        'config.peers[0].node-selectors[0].match-expressions[0].operator: "Is" is none of In, NotIn, Exists, DoesNotExist (line 7, column 26)',
      ],
    ],
    [
      'an operator without values',
      peer('  node-selectors:\n  - match-expressions:\n    - {key: a, operator: In}\n'),
      [
        'config.peers[0].node-selectors[0].match-expressions[0]: operator "In" needs at least one value (line 7, column 7)',
      ],
    ],
    [
      'a BFD profile twice',
      'bfd-profiles: [{name: a}, {name: a}]\n',
      ['config.bfd-profiles[1].name: "a" is already the name of a profile; give each its own (line 1, column 34)'],
    ],
    [
      'a BFD interval out of range',
      'bfd-profiles: [{name: a, receive-interval: 9}]\n',
      ['config.bfd-profiles[0].receive-interval: "9" is not a whole number from 10 to 60000 (line 1, column 44)'],
    ],
    [
      'a community of three numbers',
      'bgp-communities: {a: "1:2:3"}\n',
      [
        'config.bgp-communities.a: "1:2:3" is not a community; write two numbers from 0 to 65535 as "A:B" (line 1, column 22)',
      ],
    ],
    [
      'a community of 17 bits',
      'bgp-communities: {a: "1:65536"}\n',
      [
        'config.bgp-communities.a: "1:65536" is not a community; write two numbers from 0 to 65535 as "A:B" (line 1, column 22)',
      ],
    ],
    [
      'an alias that is not there',
      pool('10.0.0.0/24', 'communities: [vpn, constructor]'),
      [
        'config.address-pools[0].bgp-advertisements[0].communities[0]: "vpn" is neither a community "A:B" nor an alias in bgp-communities (line 6, column 19)',
        'config.address-pools[0].bgp-advertisements[0].communities[1]: "constructor" is neither a community "A:B" nor an alias in bgp-communities (line 6, column 24)',
      ],
    ],
    [
      'an aggregate that reaches beyond its pool',
      pool('10.0.0.0/24, "2001:db8::/64"', '{aggregation-length: 16, aggregation-length-v6: 64}'),
      [
        'config.address-pools[0].bgp-advertisements[0].aggregation-length: /16 reaches beyond "10.0.0.0/24", whose largest block is a /24; use 24 or more (line 6, column 26)',
      ],
    ],
    [
      'an aggregation length of IPv6 for IPv4',
      pool('10.0.0.0/24', 'aggregation-length: 64'),
      [
        'config.address-pools[0].bgp-advertisements[0].aggregation-length: "64" is not a whole number from 0 to 32 (line 6, column 25)',
      ],
    ],
  ];
  for (const [what, yaml, expected] of rows) {
    test(what, () => {
      const { config, findings } = configOfYaml(yaml);
      const errors = findings.filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map(({ message }) => message.replace('ConfigMap herald-system/config: ', '')),
        expected,
      );
      assert.equal(config, undefined);
    });
  }
});
