import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eth0 } from '../test/support/links.ts';
import { aConfig, aNode, anAdvertisement, aService, aSlice } from '../test/support/plan-inputs.ts';
import { AnnounceableServices } from './announceable-services.ts';
import type { Link, Vip } from './datapath/table.ts';
import { ElectionOrders } from './election-orders.ts';
import { exclusionPattern } from './interfaces.ts';
import type { MemberFacts } from './membership/membership.ts';
import { makePlan } from './plan.ts';
import { groupKeyOf, sameTable, tableOfPlan } from './table-of-plan.ts';

const link: Link = { ...eth0, mac: '02:00:00:00:00:02' };
const links: readonly Link[] = [
  { ...link, index: 1, name: 'lo', loopback: true },
  link,
  { ...link, index: 3, name: 'eth1', mac: '02:00:00:00:00:03' },
  { ...link, index: 4, name: 'veth4', mac: '02:00:00:00:00:04' },
];
const facts: MemberFacts = {
  address: '192.168.1.1',
  port: 7946,
  incarnation: 'c0ffee',
  macs: ['02:00:00:00:00:02'],
  interfaces: ['eth0', 'eth1', 'veth4'].map((name) => ({ name, carrier: true, onlyIfNamed: name === 'veth4' })),
  kubeProxyUnhealthy: false,
  keys: [],
  leaving: false,
  leaseExpired: false,
};

interface Circumstances {
  readonly self?: string;
  readonly held?: readonly Vip[];
  readonly ips?: readonly string[];
}

function table(advertisements: Parameters<typeof aConfig>[0], circumstances: Circumstances = {}) {
  const { self = 'node-a', held = [], ips = ['10.0.0.1'] } = circumstances;
  const speakers = new Map([
    ['node-b', facts],
    ['node-a', facts],
  ]);
  const plan = makePlan(
    {
      services: [aService({ ips })],
      endpointSlices: [aSlice('web', ['node-a'])],
      nodes: [aNode('node-a'), aNode('node-b')],
      speakers,
      ignoreExcludeLabel: false,
    },
    { announceable: new AnnounceableServices(aConfig(advertisements), undefined), orders: new ElectionOrders() },
  );
  return tableOfPlan({
    version: 3,
    self,
    plan,
    speakers,
    silent: new Map(),
    links,
    exclusions: exclusionPattern(['veth']),
    held: new Map(held.map((vip) => [vip.ip, vip])),
    holderOf: () => 'node-b',
  });
}

describe('the datapath’s table', () => {
  test('holds the members, and each address with its candidates and interfaces', () => {
    const member = {
      address: '192.168.1.1',
      port: 7946,
      incarnation: 'c0ffee',
      macs: ['02:00:00:00:00:02'],
      leaseExpired: false,
    };
    assert.deepEqual(table(undefined), {
      version: 3,
      self: 'node-a',
      members: [
        { node: 'node-a', ...member },
        { node: 'node-b', ...member },
      ],
      vips: [
        {
          ip: '10.0.0.1',
          service: 'shop/web',
          group: '10.0.0.1',
          holder: 'node-b',
          interfaces: [
            { index: 2, mac: '02:00:00:00:00:02' },
            { index: 3, mac: '02:00:00:00:00:03' },
          ],
          candidates: ['node-b', 'node-a'],
        },
      ],
    });
  });

  const rows = [
    { name: 'one interface named', advertisements: [anAdvertisement('a', { interfaces: ['eth1'] })], indexes: [3] },
    {
      name: 'an excluded interface named',
      advertisements: [anAdvertisement('a', { interfaces: ['veth4'] })],
      indexes: [4],
    },
    {
      name: 'several advertisements: the union',
      advertisements: [anAdvertisement('a', { interfaces: ['eth0'] }), anAdvertisement('b', { interfaces: ['veth4'] })],
      indexes: [2, 4],
    },
    {
      name: 'one that names none beside one that names an excluded one',
      advertisements: [anAdvertisement('a'), anAdvertisement('b', { interfaces: ['veth4'] })],
      indexes: [2, 3, 4],
    },
    {
      name: 'an advertisement for another node adds nothing here',
      advertisements: [
        anAdvertisement('a', { interfaces: ['eth0'] }),
        anAdvertisement('b', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-b' } }] }),
      ],
      indexes: [2],
    },
  ];
  for (const { name, advertisements, indexes } of rows) {
    test(`interfaces, ${name}: ${indexes.join(', ')}`, () => {
      assert.deepEqual(
        table(advertisements).vips.flatMap((vip) => vip.interfaces.map(({ index }) => index)),
        indexes,
      );
    });
  }

  test('leaves out addresses for which the node is no candidate', () => {
    const advertisements = [
      anAdvertisement('a', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-b' } }] }),
    ];
    assert.deepEqual(table(advertisements).vips, []);
    assert.equal(table(advertisements, { self: 'node-b' }).vips.length, 1);
  });

  test('holds what this node answers for though it is no candidate any more, where it did', () => {
    const advertisements = [
      anAdvertisement('a', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-b' } }] }),
    ];
    const interfaces = [{ index: 9, mac: '02:00:00:00:00:09' }];
    const common = { service: 'shop/web', group: '10.0.0.1', holder: 'node-b', candidates: ['node-b'] };
    const held: Vip[] = [{ ip: '10.0.0.1', ...common, interfaces }];
    assert.deepEqual(table(advertisements, { held, ips: ['2001:db8::1', '10.0.0.1'] }).vips, [
      { ip: '2001:db8::1', ...common, interfaces: [] },
      { ip: '10.0.0.1', ...common, interfaces },
    ]);
  });

  const groups = [
    { ips: ['10.0.0.1'], key: '10.0.0.1' },
    { ips: ['10.0.0.10', '10.0.0.9'], key: '10.0.0.9' },
    { ips: ['::1', '255.0.0.1'], key: '255.0.0.1' },
    { ips: ['2001:db8::10', '2001:db8::f'], key: '2001:db8::f' },
  ];
  for (const { ips, key } of groups) {
    test(`the group of ${ips.join(' and ')} is called ${key}`, () => assert.equal(groupKeyOf(ips), key));
  }

  test('is the same whatever its version, and another with another candidate', () => {
    const one = table(undefined);
    assert.ok(sameTable(one, { ...one, version: 9 }));
    assert.ok(!sameTable(one, { ...one, vips: one.vips.map((vip) => ({ ...vip, candidates: ['node-a'] })) }));
    assert.ok(!sameTable(one, { ...one, members: [] }));
    assert.ok(!sameTable(one, { ...one, members: one.members.map((member) => ({ ...member, leaseExpired: true })) }));
    assert.ok(!sameTable(one, { ...one, vips: one.vips.map((vip) => ({ ...vip, holder: 'node-a' })) }));
    assert.ok(!sameTable(one, { ...one, vips: one.vips.map((vip) => ({ ...vip, group: '10.0.0.0' })) }));
  });
});
