import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eth0 } from '../../test/support/links.ts';
import type { Link } from '../datapath/table.ts';
import { type ArpSettings, judgeStrictArp, type StrictArpVerdict, writesToBeStrict } from './judgement.ts';

const lan: Link = { ...eth0, addresses: ['192.168.10.11'] };
const vip = '192.168.10.90';

function ipvs(...addresses: readonly string[]): readonly Link[] {
  return [lan, { ...lan, index: 9, name: 'kube-ipvs0', addresses }];
}

function settings([arp_ignore, arp_announce]: readonly [number, number]): ArpSettings {
  return { arp_ignore, arp_announce };
}

interface Row {
  readonly name: string;
  readonly links: readonly Link[];
  /** arp_ignore and arp_announce. */
  readonly all: readonly [number, number];
  readonly eth0: readonly [number, number];
  readonly verdict: StrictArpVerdict;
}

const loose: StrictArpVerdict = { type: 'loose', vips: [vip], interfaces: ['eth0'] };

const rows: readonly Row[] = [
  { name: 'no kube-ipvs0', links: [lan], all: [0, 0], eth0: [0, 0], verdict: { type: 'notIpvs' } },
  { name: 'nothing is set', links: ipvs(vip), all: [0, 0], eth0: [0, 0], verdict: loose },
  { name: 'set for all, as kube-proxy does', links: ipvs(vip), all: [1, 2], eth0: [0, 0], verdict: { type: 'strict' } },
  { name: 'set on the interface alone', links: ipvs(vip), all: [0, 0], eth0: [1, 2], verdict: { type: 'strict' } },
  { name: 'one here, one there', links: ipvs(vip), all: [1, 0], eth0: [0, 2], verdict: { type: 'strict' } },
  { name: 'arp_ignore alone', links: ipvs(vip), all: [1, 0], eth0: [0, 0], verdict: loose },
  { name: 'arp_announce alone', links: ipvs(vip), all: [0, 2], eth0: [0, 0], verdict: loose },
  { name: 'arp_announce 1 only tries', links: ipvs(vip), all: [1, 1], eth0: [0, 0], verdict: loose },
  { name: 'arp_ignore 2 is as good', links: ipvs(vip), all: [2, 2], eth0: [0, 0], verdict: { type: 'strict' } },
  { name: 'arp_ignore 8 answers nothing', links: ipvs(vip), all: [8, 2], eth0: [1, 0], verdict: { type: 'strict' } },
  { name: 'arp_ignore 3 wins and answers', links: ipvs(vip), all: [1, 2], eth0: [3, 0], verdict: loose },
  { name: 'arp_ignore 4 is reserved', links: ipvs(vip), all: [4, 2], eth0: [0, 0], verdict: loose },
  {
    name: 'it holds no address of ours',
    links: ipvs('10.96.0.1', '2001:db8:10::90'),
    all: [0, 0],
    eth0: [0, 0],
    verdict: { type: 'loose', vips: [], interfaces: ['eth0'] },
  },
];

describe('strict ARP', () => {
  const vips = new Set([vip, '192.168.10.91', '2001:db8:10::90']);
  for (const { name, links, all, eth0, verdict } of rows) {
    test(`${name}: ${verdict.type}`, () => {
      const interfaces = new Map([['eth0', settings(eth0)]]);
      assert.deepEqual(judgeStrictArp({ links, vips, settings: { all: settings(all), interfaces } }), verdict);
    });
  }

  test('names the interfaces where it is off', () => {
    const interfaces = new Map([
      ['eth1', settings([0, 0])],
      ['eth0', settings([0, 0])],
      ['eth2', settings([1, 2])],
    ]);
    const verdict = judgeStrictArp({ links: ipvs(vip), vips, settings: { all: settings([0, 0]), interfaces } });
    assert.deepEqual(verdict, { type: 'loose', vips: [vip], interfaces: ['eth0', 'eth1'] });
  });
});

describe('what is written to be strict', () => {
  const writes: readonly Pick<Row, 'name' | 'all' | 'eth0'>[] = [
    { name: 'all.arp_ignore=1 all.arp_announce=2', all: [0, 0], eth0: [0, 0] },
    { name: 'all.arp_announce=2', all: [1, 0], eth0: [0, 0] },
    { name: '', all: [1, 2], eth0: [0, 0] },
    { name: '', all: [0, 0], eth0: [1, 2] },
    { name: 'eth0.arp_ignore=1', all: [1, 2], eth0: [3, 0] },
    { name: 'all.arp_ignore=1 eth0.arp_ignore=1', all: [0, 2], eth0: [5, 0] },
    { name: 'all.arp_ignore=1', all: [3, 2], eth0: [0, 0] },
    { name: 'eth0.arp_ignore=1', all: [2, 2], eth0: [4, 0] },
  ];
  for (const { name, all, eth0 } of writes) {
    test(`with ${all} for all and ${eth0} on eth0: ${name === '' ? 'nothing' : name}`, () => {
      const before = { all: settings(all), interfaces: new Map([['eth0', settings(eth0)]]) };
      const text = writesToBeStrict(before).map(({ folder, sysctl, value }) => `${folder}.${sysctl}=${value}`);
      assert.equal(text.join(' '), name);
    });
  }

  test('the node is strict afterwards, whatever it was', () => {
    let cases = 0;
    for (let code = 0; code < 10 ** 4; code += 1) {
      const [a = 0, b = 0, c = 0, d = 0] = [
        code % 10,
        Math.floor(code / 10) % 10,
        Math.floor(code / 100) % 10,
        Math.floor(code / 1000),
      ];
      const own = { ...settings([c, d]) };
      const all = { ...settings([a, b]) };
      const interfaces = new Map([['eth0', own]]);
      for (const { folder, sysctl, value } of writesToBeStrict({ all, interfaces })) {
        Object.assign(folder === 'all' ? all : own, { [sysctl]: value });
      }
      assert.equal(judgeStrictArp({ links: ipvs(vip), vips: new Set(), settings: { all, interfaces } }).type, 'strict');
      cases += 1;
    }
    assert.equal(cases, 10_000);
  });
});
