import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../../shared/net/address.ts';
import { poolLayout, poolsOf } from '../../test/support/pool-layouts.ts';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import { dualStack, ipv6Only, parsedService, type ServiceManifest } from '../../test/support/service-manifest.ts';
import { manifestOf, writtenWish } from '../../test/support/wishes.ts';
import { Allocator } from './allocator.ts';
import { readClaim } from './claim.ts';
import { refusalText } from './reason-text.ts';

const single: PoolSpecs = {
  pool1: { addresses: ['1.2.3.0/31'] },
  pool2: { addresses: ['3.4.5.6/32'], autoAssign: false },
  pool3: { addresses: ['1000::/127'] },
  pool4: { addresses: ['2000::1/128'], autoAssign: false },
};
const dual: PoolSpecs = {
  pool2: { addresses: ['3.4.5.6/32'], autoAssign: false },
  pool4: { addresses: ['2000::1/128'], autoAssign: false },
  pool5: { addresses: ['1.2.3.0/31', '1000::/127'] },
};

const requireDual = { ...dualStack, ipFamilyPolicy: 'RequireDualStack' };
const preferDual = { ...dualStack, ipFamilyPolicy: 'PreferDualStack' };
const byPool = (name: string) => ({ 'metallb.io/address-pool': name });
const byAddress = (text: string) => ({ 'metallb.io/loadBalancerIPs': text });
const sharedBy = (key: string) => ({ 'metallb.io/allow-shared-ip': key });
const local = (app: string) => ({ externalTrafficPolicy: 'Local', selector: { app } });
const https = { ports: [{ protocol: 'TCP', port: 443 }] };
const dns = (protocol: string) => ({ ports: [{ protocol, port: 53 }] });

interface Row {
  readonly given: string;
  readonly pools: PoolSpecs;
  readonly others?: readonly ServiceManifest[];
  readonly service: ServiceManifest;
  readonly gets: readonly string[];
  readonly because?: string;
}

const rows: readonly Row[] = [
  { given: 'a plain IPv4 Service', pools: single, service: {}, gets: ['1.2.3.0'] },
  { given: 'a plain IPv6 Service', pools: single, service: { spec: ipv6Only }, gets: ['1000::'] },
  {
    given: 'spec.loadBalancerIP 1.2.3.1',
    pools: single,
    service: { spec: { loadBalancerIP: '1.2.3.1' } },
    gets: ['1.2.3.1'],
  },
  { given: 'the annotation 1.2.3.1', pools: single, service: { annotations: byAddress('1.2.3.1') }, gets: ['1.2.3.1'] },
  {
    given: 'the annotation 1.2.3.1 under the old prefix',
    pools: single,
    service: { annotations: { 'metallb.universe.tf/loadBalancerIPs': '1.2.3.1' } },
    gets: ['1.2.3.1'],
  },
  {
    given: 'both field and annotation',
    pools: single,
    service: { annotations: byAddress('1.2.3.1'), spec: { loadBalancerIP: '1.2.3.1' } },
    gets: [],
    because: 'spec.loadBalancerIP and the annotation loadBalancerIPs are both set; use the annotation only',
  },
  {
    given: 'both field and annotation, holding 1.2.3.0',
    pools: single,
    service: { annotations: byAddress('1.2.3.1'), spec: { loadBalancerIP: '1.2.3.1' }, status: ['1.2.3.0'] },
    gets: ['1.2.3.0'],
    because: 'spec.loadBalancerIP and the annotation loadBalancerIPs are both set; use the annotation only',
  },
  {
    given: 'garbage',
    pools: single,
    service: { annotations: byAddress('1.2.3.400') },
    gets: [],
    because: '"1.2.3.400" is not an IP address',
  },
  {
    given: 'two addresses of one family',
    pools: single,
    service: { annotations: byAddress('1.2.3.0, 1.2.3.1') },
    gets: [],
    because: 'two IPv4 addresses are requested; at most one per family can be given',
  },
  {
    given: 'an address of a family that the Service does not have',
    pools: single,
    service: { annotations: byAddress('1000::1') },
    gets: [],
    because: '1000::1 is requested, but the Service has only IPv4',
  },
  {
    given: 'an address that its pool excludes',
    pools: { a: { addresses: ['1.0.0.0/24'], excludeAddresses: ['1.0.0.7'] }, b: { addresses: ['2.0.0.0/24'] } },
    service: { annotations: byAddress('1.0.0.7') },
    gets: [],
    because: '1.0.0.7: no pool gives it, though pool a has it: see its excludeAddresses and avoidBuggyIPs',
  },
  {
    given: 'an address that avoidBuggyIPs excludes',
    pools: { a: { addresses: ['1.0.0.0/24'], avoidBuggyIPs: true } },
    service: { annotations: byAddress('1.0.0.255') },
    gets: [],
    because: '1.0.0.255: no pool gives it, though pool a has it: see its excludeAddresses and avoidBuggyIPs',
  },
  {
    given: '1.2.3.1 with pool annotation pool2',
    pools: single,
    service: { annotations: { ...byAddress('1.2.3.1'), ...byPool('pool2') } },
    gets: [],
    because: '1.2.3.1: not in the requested pool pool2',
  },
  {
    given: 'pool annotation pool2, holding 1.2.3.0',
    pools: single,
    service: { annotations: byPool('pool2'), status: ['1.2.3.0'] },
    gets: ['3.4.5.6'],
  },
  {
    given: 'pool annotation pool2, whose address another holds, holding 1.2.3.0',
    pools: single,
    others: [{ key: 'first', annotations: byPool('pool2'), status: ['3.4.5.6'] }],
    service: { annotations: byPool('pool2'), status: ['1.2.3.0'] },
    gets: ['1.2.3.0'],
    because: 'pool pool2: exhausted (1 of 1 in use)',
  },
  {
    given: 'an unknown pool',
    pools: single,
    service: { annotations: byPool('pool9') },
    gets: [],
    because: 'pool pool9: there is no such pool',
  },
  {
    given: 'a status with an address that no pool has',
    pools: single,
    service: { status: ['2.3.4.5'] },
    gets: ['1.2.3.0'],
  },
  {
    given: 'a status with a name instead of an address',
    pools: single,
    service: { status: ['lb.example.com'] },
    gets: ['1.2.3.0'],
  },
  {
    given: 'RequireDualStack with two cluster IPs',
    pools: dual,
    service: { spec: requireDual },
    gets: ['1.2.3.0', '1000::'],
  },
  {
    given: 'RequireDualStack with IPv6 first',
    pools: dual,
    service: { spec: { ...requireDual, ipFamilies: ['IPv6', 'IPv4'] } },
    gets: ['1000::', '1.2.3.0'],
  },
  {
    given: 'RequireDualStack where every pool has one family',
    pools: single,
    service: { spec: requireDual },
    gets: [],
    because:
      'pool pool1: has no IPv6 addresses; pool pool2: only given on request (autoAssign is off); pool pool3: has no IPv4 addresses; pool pool4: only given on request (autoAssign is off)',
  },
  {
    given: 'RequireDualStack with one cluster IP',
    pools: dual,
    service: { spec: { ipFamilyPolicy: 'RequireDualStack' } },
    gets: [],
    because: 'RequireDualStack needs two cluster IPs, the Service has one',
  },
  {
    given: 'RequireDualStack with one address asked for in each of two pools',
    pools: dual,
    service: { spec: requireDual, annotations: byAddress('1.2.3.1,2000::1') },
    gets: ['1.2.3.1', '2000::1'],
  },
  { given: 'PreferDualStack', pools: dual, service: { spec: preferDual }, gets: ['1.2.3.0', '1000::'] },
  {
    given: 'PreferDualStack, pool1 by annotation',
    pools: single,
    service: { spec: preferDual, annotations: byPool('pool1') },
    gets: ['1.2.3.0'],
  },
  {
    given: 'PreferDualStack without a dual pool: the primary family',
    pools: single,
    service: { spec: { ...preferDual, ipFamilies: ['IPv6', 'IPv4'] } },
    gets: ['1000::'],
  },
  {
    given: 'PreferDualStack whose primary family is exhausted',
    pools: { pool1: { addresses: ['1.2.3.0/32'] }, pool3: { addresses: ['1000::/127'] } },
    others: [{ key: 'first', status: ['1.2.3.0'] }],
    service: { spec: preferDual },
    gets: ['1000::'],
  },
  {
    given: 'PreferDualStack where every pool has one family, and all are exhausted',
    pools: { pool1: { addresses: ['1.2.3.0/32'] }, pool3: { addresses: ['1000::/128'] } },
    others: [
      { key: 'first', status: ['1.2.3.0'] },
      { key: 'second', spec: ipv6Only, status: ['1000::'] },
    ],
    service: { spec: preferDual },
    gets: [],
    because: 'pool pool1: exhausted (1 of 1 in use); pool pool3: exhausted (1 of 1 in use)',
  },
  {
    given: 'PreferDualStack holding IPv4 of a single pool when there is a dual pool: it does not jump',
    pools: { pool1: { addresses: ['1.2.3.0/31'] }, pool7: { addresses: ['7.7.7.0/31', '7000::/127'] } },
    service: { spec: preferDual, status: ['1.2.3.0'] },
    gets: ['1.2.3.0'],
  },
  {
    given: 'PreferDualStack holding only the IPv6 of a dual pool: completed from it',
    pools: dual,
    service: { spec: preferDual, status: ['1000::1'] },
    gets: ['1.2.3.0', '1000::1'],
  },
  {
    given: "a manual pool's address asked for by hand",
    pools: single,
    service: { annotations: byAddress('3.4.5.6') },
    gets: ['3.4.5.6'],
  },
  {
    given: 'an address that another holds',
    pools: single,
    others: [{ key: 'first', status: ['1.2.3.1'] }],
    service: { annotations: byAddress('1.2.3.1') },
    gets: [],
    because: '1.2.3.1: in use by default/first (no common allow-shared-ip key)',
  },
  {
    given: 'one key, TCP/80 and TCP/443',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), status: ['1.2.3.1'] }],
    service: { annotations: sharedBy('k'), spec: https },
    gets: ['1.2.3.1'],
  },
  {
    given: 'one key, TCP/53 and UDP/53',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), spec: dns('TCP'), status: ['1.2.3.0'] }],
    service: { annotations: sharedBy('k'), spec: dns('UDP') },
    gets: ['1.2.3.0'],
  },
  {
    given: 'one key, TCP/80 twice',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), status: ['1.2.3.0'] }],
    service: { annotations: sharedBy('k') },
    gets: ['1.2.3.1'],
  },
  {
    given: 'another key',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), status: ['1.2.3.0'] }],
    service: { annotations: sharedBy('l'), spec: https },
    gets: ['1.2.3.1'],
  },
  {
    given: 'one key, both Local with one selector',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), spec: local('web'), status: ['1.2.3.0'] }],
    service: { annotations: sharedBy('k'), spec: { ...https, ...local('web') } },
    gets: ['1.2.3.0'],
  },
  {
    given: 'one key, Local with another selector',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), spec: local('web'), status: ['1.2.3.0'] }],
    service: { annotations: sharedBy('k'), spec: { ...https, ...local('shop') } },
    gets: ['1.2.3.1'],
  },
  {
    given: 'the shared address asked for by one whose port is taken',
    pools: single,
    others: [{ key: 'first', annotations: sharedBy('k'), status: ['1.2.3.0'] }],
    service: { annotations: { ...sharedBy('k'), ...byAddress('1.2.3.0') } },
    gets: [],
    because: '1.2.3.0: in use by default/first (both use TCP/80)',
  },
  {
    given: 'all addresses held by others',
    pools: single,
    others: [
      { key: 'first', status: ['1.2.3.0'] },
      { key: 'second', status: ['1.2.3.1'] },
    ],
    service: {},
    gets: [],
    because:
      'pool pool1: exhausted (2 of 2 in use); pool pool2: only given on request (autoAssign is off); pool pool3: has no IPv4 addresses; pool pool4: only given on request (autoAssign is off)',
  },
  {
    given: 'a pool that is pinned to another namespace',
    pools: {
      a: { addresses: ['1.2.3.0/31'], serviceAllocation: { namespaces: ['other'] } },
      b: { addresses: ['3.4.5.6'], serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'front' } }] } },
    },
    service: { key: 'shop/web' },
    gets: [],
    because: "pool a: namespace shop not allowed; pool b: the Service's labels match none of its serviceSelectors",
  },
  {
    given: 'pools pinned with priorities before one for all',
    pools: {
      a: { addresses: ['1.0.0.1'] },
      b: { addresses: ['1.0.0.2'], serviceAllocation: { priority: 0, namespaces: ['default'] } },
      c: { addresses: ['1.0.0.3'], serviceAllocation: { priority: 20, namespaces: ['default'] } },
      d: { addresses: ['1.0.0.4'], serviceAllocation: { priority: 10, namespaces: ['default'] } },
    },
    service: {},
    gets: ['1.0.0.4'],
  },
  {
    given: 'a pool that no longer allows the Service that holds its address',
    pools: {
      a: { addresses: ['1.0.0.1'], serviceAllocation: { namespaces: ['other'] } },
      b: { addresses: ['1.0.0.2'] },
    },
    service: { status: ['1.0.0.1'] },
    gets: ['1.0.0.2'],
  },
  {
    given: 'an address that avoidBuggyIPs now excludes',
    pools: { a: { addresses: ['1.0.0.0/24'], avoidBuggyIPs: true } },
    service: { status: ['1.0.0.255'] },
    gets: ['1.0.0.1'],
  },
  {
    given: 'a pool that can not be read, and our annotation names it',
    pools: { a: { addresses: ['nonsense'] }, b: { addresses: ['1.0.0.2'] } },
    service: { status: ['9.9.9.9'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } },
    gets: ['9.9.9.9'],
  },
  { given: 'no pool', pools: {}, service: {}, gets: [], because: 'no pool is configured' },
];

function addressesOf(allocator: Allocator, key: string): readonly string[] {
  return (allocator.decision(key)?.assignments ?? []).map(({ address }) => formatAddress(address));
}

function claims(manifests: readonly ServiceManifest[]) {
  return manifests.map((manifest) => readClaim(parsedService(manifest)));
}

/** A stranger comes, to stay or to go again at once, perhaps after a change of configuration. */
const event = fc.record({
  written: writtenWish(6),
  stays: fc.boolean(),
  asTheSameName: fc.boolean(),
  layout: fc.option(poolLayout, { freq: 4 }),
});
type PastEvent = typeof event extends fc.Arbitrary<infer Value> ? Value : never;
const streamOfPlaces = fc.infiniteStream(fc.nat());

/** An allocator with a past, of which Services are left, now and then one of this name. */
function allocatorWith(past: readonly PastEvent[], key: string): Allocator {
  const allocator = new Allocator(configOfPools({}), () => ({}));
  for (const [at, { written, stays, asTheSameName, layout }] of past.entries()) {
    if (layout !== null) allocator.configure(configOfPools(poolsOf(layout)), at);
    const manifest = { ...manifestOf(written), uid: `earlier-${at}`, ...(asTheSameName ? { key } : {}) };
    const claim = readClaim(parsedService(manifest));
    allocator.update(claim, at);
    if (!stays) allocator.remove(claim.request.key, at);
  }
  return allocator;
}

describe('acceptance table of section 3', () => {
  for (const row of rows) {
    test(row.given, () => {
      const allocator = new Allocator(configOfPools(row.pools), () => ({}));
      allocator.adopt(claims(row.others ?? []), 0);
      allocator.update(readClaim(parsedService(row.service)), 1000);
      holds(row, allocator);
    });
  }

  test('each row holds whatever the allocator did before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.array(event, { maxLength: 12 }), streamOfPlaces, (row, past, places) => {
        const key = row.service.key ?? 'default/web';
        const allocator = allocatorWith(past, key);
        allocator.configure(configOfPools(row.pools), 60);
        for (const stranger of [...past.map(({ written }) => written.wish.key), key]) allocator.remove(stranger, 70);
        for (const claim of inOrderOf(places, claims(row.others ?? []))) allocator.update(claim, 80);
        allocator.update(readClaim(parsedService(row.service)), 90);
        holds(row, allocator);
      }),
      { numRuns: 1_000 },
    );
  });

  test('each row holds when a controller starts, in whatever order it finds the Services', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), streamOfPlaces, (row, places) => {
        const allocator = new Allocator(configOfPools(row.pools), () => ({}));
        allocator.adopt(inOrderOf(places, claims([row.service, ...(row.others ?? [])])), 0);
        allocator.loseStrays(1_000);
        holds(row, allocator);
      }),
      { numRuns: 300 },
    );
  });
});

function holds(row: Row, allocator: Allocator): void {
  const key = row.service.key ?? 'default/web';
  const refusal = allocator.decision(key)?.refusal;
  assert.deepEqual(addressesOf(allocator, key), row.gets, row.given);
  assert.equal(refusal === undefined ? undefined : refusalText(refusal), row.because, row.given);
}

function inOrderOf<T>(places: Iterator<number>, items: readonly T[]): readonly T[] {
  const placed = items.map((item) => ({ item, place: places.next().value ?? 0 }));
  return placed.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}

test('a /24 and a /25 with avoidBuggyIPs serve 381 Services', () => {
  const pools: PoolSpecs = { a: { addresses: ['1.2.3.0/24', '1.2.4.0/25'], avoidBuggyIPs: true } };
  const allocator = new Allocator(configOfPools(pools), () => ({}));
  const services = Array.from({ length: 382 }, (_, index) => ({ key: `default/s${index}` }));
  for (const claim of claims(services)) allocator.update(claim, 0);
  assert.deepEqual(addressesOf(allocator, 'default/s380'), ['1.2.4.127']);
  assert.deepEqual(addressesOf(allocator, 'default/s381'), []);
});

test('a /24 with avoidBuggyIPs serves 254 Services, none on .0 or .255', () => {
  const allocator = new Allocator(configOfPools({ a: { addresses: ['1.2.3.0/24'], avoidBuggyIPs: true } }), () => ({}));
  for (let index = 0; index < 255; index += 1) {
    allocator.update(readClaim(parsedService({ key: `default/s${index}` })), index);
  }
  assert.deepEqual(addressesOf(allocator, 'default/s0'), ['1.2.3.1']);
  assert.deepEqual(addressesOf(allocator, 'default/s253'), ['1.2.3.254']);
  assert.deepEqual(addressesOf(allocator, 'default/s254'), []);
});
