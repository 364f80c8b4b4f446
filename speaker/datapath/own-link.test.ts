import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getsOutFrom } from './own-link.ts';
import type { Link } from './table.ts';

const lan: Link = {
  ...{ index: 2, name: 'eth0', mac: '02:00:00:00:00:02', up: true, carrier: true, loopback: false, noArp: false },
  ...{ master: 0, addresses: ['192.0.2.1', '2001:db8::1'] },
};
const storage: Link = { ...lan, index: 3, name: 'eth1', addresses: ['198.51.100.1'] };

const rows: readonly { readonly name: string; readonly links: readonly Link[]; readonly out: boolean }[] = [
  { name: 'the link that has the address gets frames through', links: [storage, lan], out: true },
  { name: 'it has no carrier', links: [storage, { ...lan, carrier: false }], out: false },
  { name: 'another one has no carrier', links: [{ ...storage, carrier: false }, lan], out: true },
  {
    name: 'a second link has it, too',
    links: [
      { ...lan, carrier: false },
      { ...lan, index: 3 },
    ],
    out: true,
  },
  {
    name: 'no link has it, as far as is known: the kernel decides',
    links: [{ ...storage, carrier: false }],
    out: true,
  },
];
for (const { name, links, out } of rows) {
  test(`what is sent from an address ${out ? 'gets out' : 'stays'}: ${name}`, () => {
    assert.deepEqual([getsOutFrom('192.0.2.1', links), getsOutFrom('2001:db8::1', links)], [out, out]);
  });
}
