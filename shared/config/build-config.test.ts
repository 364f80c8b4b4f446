import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  configMap,
  configOf,
  ipAddressPool,
  l2Advertisement,
  ownNamespace,
} from '../../test/support/config-objects.ts';
import { bfdProfileResource } from '../api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../api/bgp-advertisement.ts';
import { bgpPeerResource } from '../api/bgp-peer.ts';
import { communityResource } from '../api/community.ts';
import { configMapResource } from '../api/config-map.ts';
import { ipAddressPoolResource } from '../api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../api/l2-advertisement.ts';
import { buildConfig } from './build-config.ts';
import type { ConfigResult } from './model.ts';
import { candidateRanges } from './pool-addresses.ts';

const lan = ipAddressPool('lan', { addresses: ['10.0.0.0/24'] });
const all = l2Advertisement('all', {});
const old = configMap({ config: 'address-pools: [{name: old, protocol: layer2, addresses: [10.1.0.0/24]}]' });

function poolNames({ config }: ConfigResult): readonly string[] {
  return [...(config?.pools.keys() ?? [])];
}
function messages({ findings }: ConfigResult): readonly string[] {
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('where the configuration comes from', () => {
  test('nothing at all is an empty configuration', () => {
    const result = configOf({});
    assert.deepEqual(result, {
      config: { source: 'none', pools: new Map(), advertisements: [], setAside: new Set() },
      findings: [],
    });
  });

  test('the ConfigMap, where there is no pool', () => {
    const result = configOf({ configMap: old });
    assert.equal(result.config?.source, 'configMap');
    assert.deepEqual(poolNames(result), ['old']);
    assert.deepEqual(messages(result), []);
  });

  test('the custom resources, where there are both, with a warning', () => {
    const result = configOf({ pools: [lan], advertisements: [all], configMap: old });
    assert.equal(result.config?.source, 'resources');
    assert.deepEqual(poolNames(result), ['lan']);
    assert.deepEqual(messages(result), [
      'notice: ConfigMap herald-system/config: data.config: this ConfigMap is not read, because IPAddressPools exist and win; delete one or the other',
    ]);
  });

  test('the custom resources, also where the only pool is set aside: a typo must not bring old addresses back', () => {
    const result = configOf({ pools: [ipAddressPool('lan', { addresses: ['lan'] })], configMap: old });
    assert.deepEqual(poolNames(result), []);
    assert.deepEqual([...(result.config?.setAside ?? [])], ['lan']);
  });

  test('the ConfigMap, where the only pool stands in another namespace and never serves', () => {
    const foreign = ipAddressPool('lan', { addresses: ['10.0.0.0/24'] }, { namespace: 'default' });
    const result = configOf({ pools: [foreign], configMap: old });
    assert.deepEqual(poolNames(result), ['old']);
    assert.equal(result.findings.length, 1);
  });

  test('not a ConfigMap of another namespace', () => {
    const foreign = configMap({ config: 'address-pools: [' }, { namespace: 'metallb-system' });
    const result = configOf({ configMap: foreign });
    assert.deepEqual(poolNames(result), []);
    assert.deepEqual(messages(result), [
      'notice: ConfigMap metallb-system/config: metadata.namespace: "metallb-system" is not the namespace of the installation: this ConfigMap is not read; move it to "herald-system"',
    ]);
  });

  test('a ConfigMap that can’t be used gives no configuration', () => {
    const result = configOf({ configMap: configMap({ config: 'address-pools: 5' }) });
    assert.equal(result.config, undefined);
    assert.deepEqual(messages(result), [
      'error: ConfigMap herald-system/config: config.address-pools: "5" is not a list; begin each entry with "- " (line 1, column 16)',
    ]);
  });
});

const namespace = fc.constantFrom(ownNamespace, ownNamespace, ownNamespace, 'default');
const entry = fc.oneof(
  fc
    .tuple(fc.nat(3), fc.nat(255), fc.integer({ min: 22, max: 34 }))
    .map(([b, c, length]) => `10.${b}.${c}.0/${length}`),
  fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9)).map(([b, from, to]) => `10.${b}.0.${from}-10.${b}.0.${to}`),
  fc.constantFrom('2001:db8::/64', '::1', 'lan', ''),
);
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const selector = fc.record({
  matchLabels: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2'), { maxKeys: 2 }),
});
const pools = fc.uniqueArray(
  fc
    .tuple(names, fc.array(entry, { maxLength: 4 }), fc.array(entry, { maxLength: 2 }), namespace, fc.nat(2))
    .map(([name, addresses, excludeAddresses, where, day]) => {
      const meta = { namespace: where, created: `2026-01-0${day + 1}T00:00:00Z`, labels: { x: String(1 + (day % 2)) } };
      return ipAddressPool(name, { addresses, excludeAddresses }, meta);
    }),
  { selector: ({ meta }) => `${meta.namespace}/${meta.name}`, maxLength: 8 },
);
const advertisements = fc.uniqueArray(
  fc
    .tuple(names, fc.array(names, { maxLength: 3 }), fc.array(selector, { maxLength: 2 }), namespace)
    .map(([name, ipAddressPools, ipAddressPoolSelectors, where]) =>
      l2Advertisement(name, { ipAddressPools, ipAddressPoolSelectors }, { namespace: where }),
    ),
  { selector: ({ meta }) => `${meta.namespace}/${meta.name}`, maxLength: 6 },
);

describe('whatever the objects are', () => {
  test('the order in which they come plays no part', () => {
    const shuffled = <T>(list: readonly T[], seed: number): readonly T[] =>
      list.toSorted((a, b) => ((list.indexOf(a) * 7919 + seed) % 11) - ((list.indexOf(b) * 7919 + seed) % 11));
    fc.assert(
      fc.property(pools, advertisements, fc.nat(10), (somePools, someAdvertisements, seed) => {
        assert.deepEqual(
          configOf({ pools: shuffled(somePools, seed), advertisements: shuffled(someAdvertisements, seed) }),
          configOf({ pools: somePools, advertisements: someAdvertisements }),
        );
      }),
    );
  });

  test('pools in force do not overlap, and every pool of the namespace is in force or set aside', () => {
    fc.assert(
      fc.property(pools, advertisements, (somePools, someAdvertisements) => {
        const { config, findings } = configOf({ pools: somePools, advertisements: someAdvertisements });
        assert.ok(config);
        const ranges = [...config.pools.values()].flatMap(candidateRanges);
        for (const [index, one] of ranges.entries()) {
          for (const other of ranges.slice(index + 1)) {
            assert.ok(one.family !== other.family || one.last < other.first || other.last < one.first);
          }
        }
        const own = somePools.filter(({ meta }) => meta.namespace === ownNamespace).map(({ meta }) => meta.name);
        assert.deepEqual([...config.pools.keys(), ...config.setAside].sort(), own.sort());
        for (const name of config.setAside) {
          assert.ok(findings.some(({ severity, object }) => severity === 'error' && object.name === name));
        }
        for (const { pools: advertised } of config.advertisements) assert.ok(advertised.length > 0);
      }),
    );
  });

  test('arbitrary JSON for every object is read or reported, never thrown', () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ metadata: fc.jsonValue(), spec: fc.jsonValue(), status: fc.jsonValue(), data: fc.jsonValue() }),
      fc.record({
        metadata: fc.constant({ name: 'x', namespace: ownNamespace }),
        spec: fc.record(
          {
            addresses: fc.oneof(fc.array(fc.oneof(entry, fc.jsonValue())), fc.jsonValue()),
            serviceAllocation: fc.jsonValue(),
            nodeSelectors: fc.array(fc.jsonValue()),
            interfaces: fc.jsonValue(),
            preferredNodeSelectors: fc.array(fc.jsonValue()),
            communities: fc.array(fc.oneof(fc.jsonValue(), fc.constant({ name: 'vpn', value: '1:1' }))),
            ...{ myASN: fc.jsonValue(), peerASN: fc.nat(2), peerAddress: fc.constantFrom('', '10.0.0.1') },
            ...{ holdTime: fc.oneof(fc.string(), fc.constant('9s')), aggregationLength: fc.integer() },
          },
          { requiredKeys: [] },
        ),
      }),
    );
    fc.assert(
      fc.property(json, json, json, fc.tuple(json, json, json, json), (pool, advertisement, map, bgp) => {
        const [peer, route, profile, community] = bgp;
        const { findings } = buildConfig({
          namespace: ownNamespace,
          pools: [ipAddressPoolResource.parse(pool)],
          advertisements: [l2AdvertisementResource.parse(advertisement)],
          configMap: configMapResource.parse(map),
          nodeLabels: new Map([['node-a', {}]]),
          bgp: {
            peers: [bgpPeerResource.parse(peer)],
            advertisements: [bgpAdvertisementResource.parse(route)],
            profiles: [bfdProfileResource.parse(profile)],
            communities: [communityResource.parse(community)],
            secrets: [],
          },
        });
        for (const { path, message } of findings) assert.ok(message.includes(path));
      }),
      { numRuns: 500 },
    );
  });
});
