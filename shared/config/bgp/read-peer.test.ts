import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bfdProfile, bgpPeer, configOfBgp, ownNamespace } from '../../../test/support/config-objects.ts';
import type { JsonObject } from '../../api/json.ts';
import { parseAddress } from '../../net/address.ts';
import type { BgpPeer } from './model.ts';

const prefix = 'BGPPeer herald-system/router: ';
const secret = { meta: bgpPeer('password', {}).meta, hasPassword: true };

function read(spec: JsonObject): { readonly peer: BgpPeer | undefined; readonly lines: readonly string[] } {
  const { config, findings } = configOfBgp({
    peers: [bgpPeer('router', spec)],
    profiles: [bfdProfile('fast', {})],
    secrets: [secret],
  });
  const lines = findings.map(({ severity, message }) => `${severity}: ${message.replace(prefix, '')}`);
  return { peer: config?.bgp?.peers[0], lines };
}

describe('a BGPPeer', () => {
  test('is kept with its defaults', () => {
    assert.deepEqual(read({}), {
      lines: [],
      peer: {
        name: 'router',
        myAsn: 64_500,
        peerAsn: 64_501,
        localAsn: undefined,
        peerAddress: parseAddress('10.9.0.1'),
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
    });
  });

  test('is kept as it is given', () => {
    const { peer, lines } = read({
      ...{ myASN: 4_294_967_295, peerASN: 0, dynamicASN: 'external', localASN: 65_000 },
      ...{ peerAddress: '', interface: 'eth0', sourceAddress: '2001:db8::1', peerPort: 1179, routerID: '10.0.0.1' },
      ...{ holdTime: '1m30s', keepaliveTime: '10s', connectTime: '5s' },
      ...{ passwordSecret: { name: 'password', namespace: ownNamespace }, bfdProfile: 'fast', vrf: 'red' },
      ...{ enableGracefulRestart: true, ebgpMultiHop: true, dualStackAddressFamily: true },
      nodeSelectors: [{ matchLabels: { rack: 'a' } }],
    });
    assert.deepEqual(lines, []);
    assert.deepEqual(peer, {
      name: 'router',
      myAsn: 4_294_967_295,
      peerAsn: 'external',
      localAsn: 65_000,
      peerAddress: undefined,
      peerInterface: 'eth0',
      sourceAddress: parseAddress('2001:db8::1'),
      peerPort: 1179,
      holdTimeMs: 90_000,
      keepaliveTimeMs: 10_000,
      connectTimeMs: 5000,
      routerId: parseAddress('10.0.0.1'),
      password: '',
      passwordSecret: 'password',
      bfdProfile: 'fast',
      gracefulRestart: true,
      ebgpMultiHop: true,
      vrf: 'red',
      disableMp: false,
      dualStackAddressFamily: true,
      nodeSelectors: [{ matchLabels: { rack: 'a' }, matchExpressions: [] }],
    });
  });

  const timers: readonly [JsonObject, number, number][] = [
    [{ holdTime: '9s' }, 9000, 3000],
    [{ keepaliveTime: '5s' }, 15_000, 5000],
    [{ holdTime: '0s' }, 0, 0],
    [{ holdTime: '3s', keepaliveTime: '3s' }, 3000, 3000],
  ];
  for (const [spec, holdTimeMs, keepaliveTimeMs] of timers) {
    test(`with ${JSON.stringify(spec)} has a hold time of ${holdTimeMs} ms and keepalives every ${keepaliveTimeMs} ms`, () => {
      const { peer } = read(spec);
      assert.deepEqual([peer?.holdTimeMs, peer?.keepaliveTimeMs], [holdTimeMs, keepaliveTimeMs]);
    });
  }

  const oneOfEnds =
    'spec.peerAddress: give exactly one of peerAddress and interface, so that it is known where the peer is';
  const oneOfAsns = 'spec.peerASN: give exactly one of peerASN and dynamicASN, so that it is known what the peer is';
  const refused: readonly [JsonObject, string][] = [
    [{ myASN: 0 }, 'spec.myASN: 0 is no AS number: give one from 1 to 4294967295'],
    [{ myASN: 4_294_967_296 }, 'spec.myASN: 4294967296 is no AS number: give one from 1 to 4294967295'],
    [{ peerASN: 1.5 }, 'spec.peerASN: 1.5 is no AS number: give one from 1 to 4294967295'],
    [{ localASN: -1 }, 'spec.localASN: -1 is no AS number: give one from 1 to 4294967295'],
    [{ peerASN: 0 }, oneOfAsns],
    [{ dynamicASN: 'internal' }, oneOfAsns],
    [{ peerASN: 0, dynamicASN: 'any' }, 'spec.dynamicASN: "any" is unknown; use internal or external'],
    [{ peerAddress: '' }, oneOfEnds],
    [{ interface: 'eth0' }, oneOfEnds],
    [{ peerAddress: 'router' }, 'spec.peerAddress: "router" is not an IP address'],
    [{ sourceAddress: '10.0.0.300' }, 'spec.sourceAddress: "10.0.0.300" is not an IP address'],
    [{ routerID: '2001:db8::1' }, 'spec.routerID: "2001:db8::1" is not a router id; write it as an IPv4 address'],
    [
      { peerAddress: '', interface: 'a/b' },
      'spec.interface: "a/b" can\'t be the name of an interface; give it exactly as "ip link" prints it',
    ],
    [{ vrf: 'a b' }, 'spec.vrf: "a b" can\'t be the name of a VRF; give it exactly as "ip link" prints it'],
    [{ peerPort: 65_536 }, 'spec.peerPort: 65536 is no port: give one from 1 to 65535'],
    [{ holdTime: '2s' }, 'spec.holdTime: "2s" is not a hold time; write "0s" or "3s" to "65535s"'],
    [{ holdTime: 'long' }, 'spec.holdTime: "long" is not a hold time; write "0s" or "3s" to "65535s"'],
    [{ keepaliveTime: '1ms' }, 'spec.keepaliveTime: "1ms" is not a keepalive time; write "0s" or at least "1s"'],
    [
      { holdTime: '9s', keepaliveTime: '10s' },
      'spec.keepaliveTime: 10s is longer than the hold time of 9s; make it a third of that',
    ],
    ...['0s', '1500ms', '65536s', 'soon'].map((connectTime): [JsonObject, string] => [
      { connectTime },
      `spec.connectTime: "${connectTime}" is not a connect time; write whole seconds from "1s" to "65535s"`,
    ]),
    [
      { ebgpMultiHop: true, peerASN: 64_500 },
      'spec.ebgpMultiHop: both ends are in one AS, so this is no EBGP session; remove the field',
    ],
    [
      { ebgpMultiHop: true, peerASN: 0, dynamicASN: 'internal' },
      'spec.ebgpMultiHop: both ends are in one AS, so this is no EBGP session; remove the field',
    ],
    [
      { password: 'x', passwordSecret: { name: 'password' } },
      'spec.passwordSecret: give at most one of password and passwordSecret; remove the password',
    ],
    [
      { passwordSecret: { name: 'password', namespace: 'default' } },
      'spec.passwordSecret.namespace: "default" is not the namespace of the installation: only Secrets there are read; move it to "herald-system"',
    ],
    [
      { disableMP: true, dualStackAddressFamily: true },
      'spec.disableMP: disableMP and dualStackAddressFamily exclude one another; remove disableMP, which is deprecated',
    ],
    [
      { nodeSelectors: [{ matchExpressions: [{ key: 'rack', operator: 'In' }] }] },
      'spec.nodeSelectors[0].matchExpressions[0]: operator "In" on "rack" needs at least one value',
    ],
    [
      { bfdProfile: 'slow' },
      'spec.bfdProfile: there is no BFDProfile "slow" in force in namespace "herald-system"; create it or remove the field',
    ],
    [
      { passwordSecret: { name: 'gone' } },
      'spec.passwordSecret.name: there is no Secret "gone" of type kubernetes.io/basic-auth in namespace "herald-system"; create it',
    ],
  ];
  for (const [spec, line] of refused) {
    test(`with ${JSON.stringify(spec)} is set aside`, () => {
      assert.deepEqual(read(spec), { peer: undefined, lines: [`error: ${line}`] });
    });
  }

  test('whose Secret has no password is set aside', () => {
    const { findings } = configOfBgp({
      peers: [bgpPeer('router', { passwordSecret: { name: 'password' } })],
      secrets: [{ ...secret, hasPassword: false }],
    });
    assert.deepEqual(
      findings.map(({ message }) => message),
      [`${prefix}spec.passwordSecret.name: the Secret "password" has no key "password"; add it`],
    );
  });

  test('that selects no node stays in force, with a warning', () => {
    const peers = [bgpPeer('router', { nodeSelectors: [{ matchLabels: { rack: 'z' } }] })];
    const { config, findings } = configOfBgp({ peers }, { 'node-a': { rack: 'a' } });
    assert.equal(config?.bgp?.peers.length, 1);
    assert.deepEqual(
      findings.map(({ severity, message }) => `${severity}: ${message}`),
      [
        `warning: ${prefix}spec.nodeSelectors[0]: "rack=z" matches no node; compare it with "kubectl get nodes --show-labels"`,
      ],
    );
  });

  test('with a selector twice stays in force, with a notice', () => {
    const rack = { matchLabels: { rack: 'a' } };
    const { peer, lines } = read({ nodeSelectors: [rack, rack] });
    assert.equal(peer?.nodeSelectors.length, 2);
    assert.deepEqual(lines, [
      'notice: spec.nodeSelectors[1]: "rack=a" stands at spec.nodeSelectors[0] already; remove one',
    ]);
  });

  test('in another namespace never serves, and is named', () => {
    const { config, findings } = configOfBgp({ peers: [bgpPeer('router', {}, { namespace: 'default' })] });
    assert.equal(config?.bgp, undefined);
    assert.deepEqual(
      findings.map(({ severity, path, object }) => `${severity} ${object.namespace}/${object.name} ${path}`),
      ['notice default/router metadata.namespace'],
    );
  });
});

test('two BGPPeers of one end conflict also where no nodes are known, if both are for every node', () => {
  const peers = [bgpPeer('a', {}), bgpPeer('b', {}), bgpPeer('c', { nodeSelectors: [{ matchLabels: { rack: 'a' } }] })];
  const { config } = configOfBgp({ peers });
  assert.deepEqual(
    config?.bgp?.peers.map(({ name }) => name),
    ['a', 'c'],
  );
});

describe('two BGPPeers', () => {
  const older = { created: '2026-01-01T00:00:00Z' };
  const younger = { created: '2026-01-02T00:00:00Z' };
  const nodes = { 'node-a': { rack: 'a' }, 'node-b': { rack: 'b' } };
  const on = (rack: string): JsonObject => ({ nodeSelectors: [{ matchLabels: { rack } }] });
  const rows: readonly [string, JsonObject, JsonObject, readonly string[]][] = [
    ['of different ends', {}, { peerAddress: '10.9.0.2' }, []],
    [
      'of one end',
      {},
      {},
      [
        'spec.peerAddress: "10.9.0.1" is the end of BGPPeer herald-system/b-older too, on the same node and VRF; remove one of the two',
      ],
    ],
    [
      'of one interface',
      { peerAddress: '', interface: 'eth0' },
      { peerAddress: '', interface: 'eth0' },
      [
        'spec.interface: "eth0" is the end of BGPPeer herald-system/b-older too, on the same node and VRF; remove one of the two',
      ],
    ],
    ['of one end in two VRFs', { vrf: 'red' }, {}, []],
    ['of one end on different nodes', on('a'), on('b'), []],
    [
      'of one end, of which one is on every node',
      on('a'),
      {},
      [
        'spec.peerAddress: "10.9.0.1" is the end of BGPPeer herald-system/b-older too, on the same node and VRF; remove one of the two',
      ],
    ],
    [
      'with two AS numbers of the node',
      { peerAddress: '10.9.0.2' },
      { myASN: 64_999 },
      [
        'spec.myASN: 64999 differs from 64500 of BGPPeer herald-system/b-older: a node has one AS number per VRF; use localASN for one peer',
      ],
    ],
    ['with two AS numbers in two VRFs', { peerAddress: '10.9.0.2' }, { myASN: 64_999, vrf: 'red' }, []],
    [
      'with two router ids',
      { peerAddress: '10.9.0.2', routerID: '10.0.0.1' },
      { routerID: '10.0.0.2' },
      [
        'spec.routerID: "10.0.0.2" differs from "10.0.0.1" of BGPPeer herald-system/b-older: a node has one router id per VRF',
      ],
    ],
    ['of which one takes the router id that the node has', { peerAddress: '10.9.0.2', routerID: '10.0.0.1' }, {}, []],
  ];
  for (const [what, one, other, expected] of rows) {
    test(`${what} ${expected.length === 0 ? 'are both in force' : 'leave the older one in force'}`, () => {
      const peers = [bgpPeer('a-younger', other, younger), bgpPeer('b-older', one, older)];
      const { config, findings } = configOfBgp({ peers }, nodes);
      assert.deepEqual(
        findings.map(({ severity, message }) => `${severity}: ${message}`),
        expected.map((line) => `error: BGPPeer herald-system/a-younger: ${line}`),
      );
      assert.deepEqual(
        config?.bgp?.peers.map(({ name }) => name),
        expected.length === 0 ? ['a-younger', 'b-older'] : ['b-older'],
      );
    });
  }
});
