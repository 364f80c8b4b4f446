import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bfdProfile, bgpAdvertisement, bgpPeer, community, configOfBgp } from '../../../test/support/config-objects.ts';
import type { JsonObject } from '../../api/json.ts';
import type { ConfigResult } from '../model.ts';

function lines({ findings }: ConfigResult): readonly string[] {
  return findings.map(({ severity, message }) => `${severity}: ${message.replace(' herald-system/', ' ')}`);
}

describe('a BFDProfile', () => {
  test('is kept as it is given', () => {
    const spec = {
      ...{ receiveInterval: 10, transmitInterval: 60_000, echoInterval: 50, detectMultiplier: 255 },
      ...{ echoMode: true, passiveMode: true, minimumTtl: 254 },
    };
    const result = configOfBgp({ profiles: [bfdProfile('fast', spec), bfdProfile('plain', {})] });
    assert.deepEqual(lines(result), []);
    const none = {
      ...{ receiveIntervalMs: undefined, transmitIntervalMs: undefined, detectMultiplier: undefined },
      ...{ echoIntervalMs: undefined, echoMode: false, passiveMode: false, minimumTtl: undefined },
    };
    assert.deepEqual(result.config?.bgp?.bfdProfiles, [
      {
        ...{ name: 'fast', receiveIntervalMs: 10, transmitIntervalMs: 60_000, echoIntervalMs: 50 },
        ...{ detectMultiplier: 255, echoMode: true, passiveMode: true, minimumTtl: 254 },
      },
      { name: 'plain', ...none },
    ]);
  });

  const refused: readonly [JsonObject, string][] = [
    [{ receiveInterval: 9 }, 'spec.receiveInterval: 9 is not a whole number from 10 to 60000'],
    [{ transmitInterval: 60_001 }, 'spec.transmitInterval: 60001 is not a whole number from 10 to 60000'],
    [{ echoInterval: 10.5 }, 'spec.echoInterval: 10.5 is not a whole number from 10 to 60000'],
    [{ detectMultiplier: 1 }, 'spec.detectMultiplier: 1 is not a whole number from 2 to 255'],
    [{ minimumTtl: 255 }, 'spec.minimumTtl: 255 is not a whole number from 1 to 254'],
  ];
  for (const [spec, line] of refused) {
    test(`with ${JSON.stringify(spec)} is set aside, and with it the peers that name it`, () => {
      const result = configOfBgp({
        profiles: [bfdProfile('fast', spec)],
        peers: [bgpPeer('router', { bfdProfile: 'fast' }), bgpPeer('other', { peerAddress: '10.9.0.2' })],
      });
      assert.deepEqual(lines(result), [
        `error: BFDProfile fast: ${line}`,
        'error: BGPPeer router: spec.bfdProfile: there is no BFDProfile "fast" in force in namespace "herald-system"; create it or remove the field',
      ]);
      assert.deepEqual(
        result.config?.bgp?.peers.map(({ name }) => name),
        ['other'],
      );
    });
  }
});

describe('a Community', () => {
  test('gives names to communities, plain and large', () => {
    const result = configOfBgp({ communities: [community('a', { vpn: '64500:1', big: 'large:4294967295:0:1' })] });
    assert.deepEqual(lines(result), []);
    assert.deepEqual(
      result.config?.bgp?.communities,
      new Map([
        ['vpn', '64500:1'],
        ['big', 'large:4294967295:0:1'],
      ]),
    );
  });

  test('may not give a name that another one gives', () => {
    const result = configOfBgp({ communities: [community('b', { vpn: '1:2' }), community('a', { vpn: '1:1' })] });
    assert.deepEqual(lines(result), [
      'error: Community b: spec.communities[0].name: "vpn" is already a name in Community herald-system/a at spec.communities[0]; give each its own',
    ]);
    assert.deepEqual(result.config?.bgp?.communities, new Map([['vpn', '1:1']]));
  });

  const values = ['65536:1', '1:65536', '1:2:3', 'large:1:2', 'large:4294967296:1:1', 'no-export', ''];
  for (const value of values) {
    test(`may not give a name to ${JSON.stringify(value)}`, () => {
      const result = configOfBgp({ communities: [community('a', { vpn: value })] });
      assert.deepEqual(lines(result), [
        `error: Community a: spec.communities[0].value: "${value}" is not a community; write "A:B" with numbers to 65535, or "large:A:B:C" with numbers to 4294967295`,
      ]);
      assert.deepEqual(result.config?.bgp?.communities, new Map());
    });
  }

  test('without a name is left out', () => {
    assert.deepEqual(lines(configOfBgp({ communities: [community('a', { '': '1:1' })] })), [
      'error: Community a: spec.communities[0].name: is empty; give the community a name',
    ]);
  });
});

describe('a BGPAdvertisement', () => {
  test('is kept for every pool with its defaults', () => {
    const result = configOfBgp({ advertisements: [bgpAdvertisement('wan', {})] });
    assert.deepEqual(lines(result), []);
    assert.deepEqual(
      result.config?.bgp?.advertisements,
      new Map([
        [
          'lan',
          [
            {
              ...{ name: 'wan', aggregationLength: 32, aggregationLengthV6: 128, localPref: 0, communities: [] },
              ...{ nodeSelectors: [], peers: [], serviceSelectors: [] },
            },
          ],
        ],
      ]),
    );
  });

  test('is kept as it is given, with its aliases resolved', () => {
    const selector = { matchLabels: { rack: 'a' } };
    const spec = {
      ...{ aggregationLength: 24, aggregationLengthV6: 64, localPref: 200, communities: ['vpn', '1:2'] },
      ...{ ipAddressPools: ['lan'], nodeSelectors: [selector], peers: ['router'] },
    };
    const result = configOfBgp({
      peers: [bgpPeer('router', {})],
      communities: [community('a', { vpn: 'large:1:2:3' })],
      advertisements: [bgpAdvertisement('wan', spec)],
    });
    assert.deepEqual(lines(result), []);
    const [found] = result.config?.bgp?.advertisements.get('lan') ?? [];
    assert.deepEqual(found, {
      ...{ name: 'wan', aggregationLength: 24, aggregationLengthV6: 64, localPref: 200 },
      ...{ communities: ['large:1:2:3', '1:2'], peers: ['router'], serviceSelectors: [] },
      nodeSelectors: [{ ...selector, matchExpressions: [] }],
    });
  });

  const single =
    'spec.serviceSelectors: with serviceSelectors, routes are single addresses: leave the aggregation lengths at 32 and 128';
  const refused: readonly [JsonObject, string][] = [
    [{ aggregationLength: 33 }, 'spec.aggregationLength: 33 is not a whole number from 1 to 32'],
    [{ aggregationLengthV6: 0 }, 'spec.aggregationLengthV6: 0 is not a whole number from 1 to 128'],
    [{ localPref: -1 }, 'spec.localPref: -1 is not a whole number from 0 to 4294967295'],
    [{ serviceSelectors: [{}], aggregationLength: 31 }, single],
    [{ serviceSelectors: [{}], aggregationLengthV6: 127 }, single],
    [
      { communities: ['vpn'] },
      'spec.communities[0]: "vpn" is neither a community ("A:B" or "large:A:B:C") nor a name in a Community',
    ],
    [
      { peers: ['gone'] },
      'spec.peers[0]: there is no BGPPeer "gone" in namespace "herald-system"; create it or remove the name',
    ],
    [
      { ipAddressPools: ['gone'] },
      'spec.ipAddressPools[0]: there is no IPAddressPool "gone" in namespace "herald-system"; create it or remove the name',
    ],
    [
      { nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }] },
      'spec.nodeSelectors[0].matchExpressions[0]: operator "Exists" on "a" takes no values',
    ],
    [
      { aggregationLength: 16 },
      'spec.aggregationLength: /16 reaches beyond pool "lan", which has a range whose largest block is a /24; use 24 or more',
    ],
    [
      { aggregationLengthV6: 63 },
      'spec.aggregationLengthV6: /63 reaches beyond pool "lan", which has a range whose largest block is a /64; use 64 or more',
    ],
  ];
  for (const [spec, line] of refused) {
    test(`with ${JSON.stringify(spec)} is set aside`, () => {
      const result = configOfBgp({ advertisements: [bgpAdvertisement('wan', spec), bgpAdvertisement('other', {})] });
      assert.deepEqual(lines(result), [`error: BGPAdvertisement wan: ${line}`]);
      const names = result.config?.bgp?.advertisements.get('lan')?.map(({ name }) => name);
      assert.deepEqual(names, ['other']);
    });
  }

  test('that selects no node stays in force, with a warning', () => {
    const advertisements = [bgpAdvertisement('wan', { nodeSelectors: [{ matchLabels: { rack: 'z' } }] })];
    const result = configOfBgp({ advertisements }, { 'node-a': { rack: 'a' } });
    assert.deepEqual(lines(result), [
      'warning: BGPAdvertisement wan: spec.nodeSelectors[0]: "rack=z" matches no node; compare it with "kubectl get nodes --show-labels"',
    ]);
    assert.equal(result.config?.bgp?.advertisements.get('lan')?.length, 1);
  });
});

describe('two BGPAdvertisements of one pool with different localPref', () => {
  const nodes = { 'node-a': { rack: 'a' }, 'node-b': { rack: 'b' } };
  const on = (rack: string): JsonObject => ({ nodeSelectors: [{ matchLabels: { rack } }] });
  const rows: readonly [string, JsonObject, JsonObject, boolean][] = [
    ['for all peers and nodes', {}, {}, false],
    ['for other routes', { aggregationLength: 24, aggregationLengthV6: 64 }, {}, true],
    ['for other routes of one family only', { aggregationLength: 24 }, {}, false],
    ['to different peers', { peers: ['one'] }, { peers: ['two'] }, true],
    ['to a common peer', { peers: ['one', 'two'] }, { peers: ['two'] }, false],
    ['from different nodes', on('a'), on('b'), true],
    ['from a common node', on('a'), {}, false],
    ['for selected Services', { serviceSelectors: [{}] }, {}, true],
  ];
  for (const [what, one, other, fits] of rows) {
    test(`${what} ${fits ? 'are both in force' : 'leave the older one in force'}`, () => {
      const older = bgpAdvertisement('b-older', { ...one, localPref: 100 }, { created: '2026-01-01T00:00:00Z' });
      const younger = bgpAdvertisement('a-younger', { ...other, localPref: 200 }, { created: '2026-01-02T00:00:00Z' });
      const peers = [bgpPeer('one', {}), bgpPeer('two', { peerAddress: '10.9.0.2' })];
      const result = configOfBgp({ peers, advertisements: [younger, older] }, nodes);
      const why =
        'error: BGPAdvertisement a-younger: spec.localPref: 200 differs from 100 of BGPAdvertisement herald-system/b-older, which announces the same routes of pool "lan"; use one value, or other peers or nodes';
      assert.deepEqual(lines(result), fits ? [] : [why]);
    });
  }

  test('are both in force where the value is the same', () => {
    const advertisements = ['a', 'b'].map((name) => bgpAdvertisement(name, { localPref: 100 }));
    assert.deepEqual(lines(configOfBgp({ advertisements })), []);
  });
});

test('BGP objects play no part where nobody looked for them, and make no source of their own', () => {
  const { config } = configOfBgp({});
  assert.equal(config?.bgp, undefined);
  assert.equal(config?.source, 'resources');
});
