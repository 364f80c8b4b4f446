import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aConfig, aNode, anAdvertisement, aService, aSlice } from '../test/support/plan-inputs.ts';
import { AnnounceableServices } from './announceable-services.ts';
import type { Link } from './datapath/table.ts';
import { ElectionOrders } from './election-orders.ts';
import { exclusionPattern } from './interfaces.ts';
import type { SpeakerFacts } from './liveness/speaker-facts.ts';
import { makePlan } from './plan.ts';
import { sameTable, tableOfPlan } from './table-of-plan.ts';

const link: Link = {
  index: 2,
  name: 'eth0',
  mac: '02:00:00:00:00:02',
  up: true,
  carrier: true,
  loopback: false,
  noArp: false,
  master: 0,
  addresses: [],
};
const links: readonly Link[] = [
  { ...link, index: 1, name: 'lo', loopback: true },
  link,
  { ...link, index: 3, name: 'eth1', mac: '02:00:00:00:00:03' },
  { ...link, index: 4, name: 'veth4', mac: '02:00:00:00:00:04' },
];
const facts: SpeakerFacts = {
  address: '192.168.1.1',
  port: 7946,
  incarnation: 'c0ffee',
  macs: ['02:00:00:00:00:02'],
  interfaces: ['eth0', 'eth1', 'veth4'].map((name) => ({ name, carrier: true, onlyIfNamed: name === 'veth4' })),
  kubeProxyUnhealthy: false,
  leaving: false,
};

function table(advertisements: Parameters<typeof aConfig>[0], self = 'node-a') {
  const speakers = new Map([
    ['node-b', facts],
    ['node-a', facts],
  ]);
  const plan = makePlan(
    {
      services: [aService()],
      endpointSlices: [aSlice('web', ['node-a'])],
      nodes: [aNode('node-a'), aNode('node-b')],
      speakers,
      ignoreExcludeLabel: false,
    },
    { announceable: new AnnounceableServices(aConfig(advertisements), undefined), orders: new ElectionOrders() },
  );
  return tableOfPlan({ version: 3, self, plan, speakers, links, exclusions: exclusionPattern(['veth']) });
}

describe('the datapath’s table', () => {
  test('holds the members, and each address with its candidates and interfaces', () => {
    const member = { address: '192.168.1.1', port: 7946, incarnation: 'c0ffee', macs: ['02:00:00:00:00:02'] };
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
    assert.equal(table(advertisements, 'node-b').vips.length, 1);
  });

  test('is the same whatever its version, and another with another candidate', () => {
    const one = table(undefined);
    assert.ok(sameTable(one, { ...one, version: 9 }));
    assert.ok(!sameTable(one, { ...one, vips: one.vips.map((vip) => ({ ...vip, candidates: ['node-a'] })) }));
    assert.ok(!sameTable(one, { ...one, members: [] }));
  });
});
