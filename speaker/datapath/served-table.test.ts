import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LinksByIndex } from './served-table.ts';
import { ServedTable } from './served-table.ts';
import type { Link, Vip } from './table.ts';

const mac = '02:00:00:00:00:01';
const vip: Vip = {
  ip: '192.0.2.100',
  service: 'shop/web',
  group: '192.0.2.100',
  holder: undefined,
  interfaces: [{ index: 2, mac }],
  candidates: ['node-a'],
};
const other: Vip = { ...vip, ip: '2001:db8::1', service: 'shop/api', group: '2001:db8::1' };
const link: Link = {
  ...{ index: 2, name: 'eth0', mac, up: true, carrier: true, loopback: false, noArp: false, master: 0, addresses: [] },
};

function linksOf(...links: readonly Link[]): LinksByIndex {
  return new Map(links.map((one) => [one.index, one]));
}

function tableOf(vips: readonly Vip[], links: LinksByIndex = linksOf(link)): ServedTable {
  const table = new ServedTable();
  table.setVips(vips, links);
  return table;
}

describe('another table', () => {
  test('that says the same of an address keeps what is known of it', () => {
    const table = tableOf([vip, other]);
    const { served } = table;
    const known = table.find(vip.ip);
    assert.equal(known?.service, 'shop/web');
    assert.deepEqual(table.setVips(structuredClone([{ ...vip, holder: 'node-b' }, other]), linksOf(link)), []);
    assert.equal(table.served, served);
    assert.equal(table.find(vip.ip), known);
    assert.equal(table.vips[0]?.holder, 'node-b');
  });

  const changes: readonly { readonly name: string; readonly to: Vip; readonly links?: LinksByIndex }[] = [
    { name: 'its Service', to: { ...vip, service: 'shop/new' } },
    { name: 'its group', to: { ...vip, group: '192.0.2.1' } },
    { name: 'its interface', to: { ...vip, interfaces: [{ index: 3, mac }] }, links: undefined },
    { name: 'another interface', to: { ...vip, interfaces: [...vip.interfaces, { index: 3, mac }] }, links: undefined },
    { name: 'no interface', to: { ...vip, interfaces: [] } },
    { name: 'the MAC of its link', to: vip, links: linksOf({ ...link, mac: '02:00:00:00:00:02' }) },
  ];
  for (const { name, to, links = undefined } of changes) {
    test(`with a change of ${name} has it anew, owned as before, and the others as they were`, () => {
      const table = tableOf([vip, other], undefined);
      const known = table.find(vip.ip);
      const neighbour = table.find(other.ip);
      if (known === undefined) throw new Error('the address is not known');
      known.owned = true;
      assert.deepEqual(table.setVips([to, other], links), []);
      assert.notEqual(table.find(vip.ip), known);
      assert.equal(table.find(vip.ip)?.owned, true);
      assert.deepEqual(table.ofGroup(to.group), [table.find(vip.ip)]);
      assert.equal(table.find(other.ip) === neighbour, links === undefined);
    });
  }

  test('names what is gone, and finds it no more', () => {
    const table = tableOf([vip, other]);
    const known = table.find(vip.ip);
    assert.deepEqual(table.setVips([other], linksOf(link)), [known]);
    assert.equal(table.find(vip.ip), undefined);
    assert.equal(table.served.findIpv4(0xc0000264 | 0), undefined);
    assert.deepEqual(table.ofGroup(vip.group), []);
  });
});

test('an address that can not be read is left out', () => {
  const table = tableOf([{ ...vip, ip: 'nonsense' }, other]);
  assert.deepEqual(table.vips, [other]);
  assert.equal(table.served.all.length, 1);
});

test('a link that is gone serves nothing', () => {
  const table = tableOf([vip]);
  table.setLinks(linksOf());
  assert.deepEqual(table.find(vip.ip)?.interfaces, []);
});
