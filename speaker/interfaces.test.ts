import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eth0 } from '../test/support/links.ts';
import type { Link } from './datapath/table.ts';
import { defaultExclusions, exclusionPattern, isUsable, publishedInterfaces, serves } from './interfaces.ts';

const link: Link = eth0;

describe('usable interfaces', () => {
  const rows: readonly { name: string; change: Partial<Link>; usable: boolean }[] = [
    { name: 'an Ethernet interface that is up', change: {}, usable: true },
    { name: 'one without a carrier', change: { carrier: false }, usable: true },
    { name: 'one that is down', change: { up: false }, usable: false },
    { name: 'the loopback', change: { loopback: true }, usable: false },
    { name: 'one with NOARP', change: { noArp: true }, usable: false },
    { name: 'the port of a bridge or bond', change: { master: 7 }, usable: false },
    { name: 'a tunnel without a MAC', change: { mac: '' }, usable: false },
    { name: 'one with the MAC 0', change: { mac: '00:00:00:00:00:00' }, usable: false },
    { name: 'an InfiniBand interface', change: { mac: `${'80:'.repeat(19)}01` }, usable: false },
  ];
  for (const { name, change, usable } of rows) {
    test(`${name}: ${usable ? 'yes' : 'no'}`, () => assert.equal(isUsable({ ...link, ...change }), usable));
  }
});

describe('exclusions', () => {
  const rows = [
    { entries: defaultExclusions, name: 'eth0', excluded: false },
    { entries: defaultExclusions, name: 'docker0', excluded: true },
    { entries: defaultExclusions, name: 'veth12ab', excluded: true },
    { entries: defaultExclusions, name: 'kube-ipvs0', excluded: true },
    { entries: defaultExclusions, name: 'mycali0', excluded: false },
    { entries: [], name: 'docker0', excluded: false },
    { entries: ['^wlan.*', 'eth[1-3]$'], name: 'eth2', excluded: true },
    { entries: ['^wlan.*', 'eth[1-3]$'], name: 'eth20', excluded: false },
    { entries: ['a|b', 'c'], name: 'xb', excluded: false },
  ];
  for (const { entries, name, excluded } of rows) {
    test(`${name} is ${excluded ? '' : 'not '}excluded by ${entries.slice(0, 3).join(' ') || 'nothing'}`, () => {
      assert.equal(exclusionPattern(entries).test(name), excluded);
    });
  }
});

describe('what the others are told', () => {
  const links: readonly Link[] = [
    { ...link, index: 3, name: 'eth1', carrier: false },
    link,
    { ...link, index: 1, name: 'lo', loopback: true },
    { ...link, index: 9, name: 'veth1' },
    { ...link, index: 8, name: 'veth2' },
  ];

  test('interfaces that are not excluded, and excluded ones that an advertisement names', () => {
    assert.deepEqual(publishedInterfaces(links, exclusionPattern(['veth']), new Set(['veth2', 'eth7'])), [
      { name: 'eth0', carrier: true, onlyIfNamed: false },
      { name: 'eth1', carrier: false, onlyIfNamed: false },
      { name: 'veth2', carrier: true, onlyIfNamed: true },
    ]);
  });

  const rows = [
    { choice: [], name: 'eth0', onlyIfNamed: false, served: true },
    { choice: [], name: 'veth2', onlyIfNamed: true, served: false },
    { choice: ['veth2'], name: 'veth2', onlyIfNamed: true, served: true },
    { choice: ['veth2'], name: 'eth0', onlyIfNamed: false, served: false },
  ];
  for (const { choice, name, onlyIfNamed, served } of rows) {
    test(`an advertisement of ${choice.join() || 'all'} ${served ? 'serves' : 'does not serve'} on ${name}`, () => {
      assert.equal(serves(choice, { name, carrier: true, onlyIfNamed }), served);
    });
  }
});
