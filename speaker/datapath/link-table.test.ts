import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '../../test/support/hex.ts';
import { LinkTable } from './link-table.ts';
import type { NetlinkMessage } from './netlink.ts';

function link(
  index: number,
  name: string,
  overrides: Partial<Extract<NetlinkMessage, { type: 'newLink' }>> = {},
): NetlinkMessage {
  return {
    type: 'newLink',
    index,
    name,
    mac: fromHex('020000000001'),
    up: true,
    carrier: true,
    loopback: false,
    noArp: false,
    master: 0,
    sequence: 0,
    ...overrides,
  };
}

function address(type: 'newAddress' | 'delAddress', index: number, hex: string): NetlinkMessage {
  return { type, index, address: fromHex(hex), sequence: 0 };
}

function done(sequence: number, interrupted = false): NetlinkMessage {
  return { type: 'done', sequence, interrupted };
}

/** A table that has read both dumps: eth0 with one address. */
function liveTable(): LinkTable {
  const table = new LinkTable();
  table.resync();
  for (const message of [link(2, 'eth0', { sequence: 1 }), done(1), address('newAddress', 2, 'c0000201'), done(2)])
    table.apply(message);
  table.takeChanged();
  return table;
}

/** "name mac addresses" of each link. */
function taken(table: LinkTable): readonly string[] | undefined {
  return table.takeChanged()?.map(({ name, mac, addresses }) => [name, mac, ...addresses].join(' '));
}

test('links are asked for first, then addresses, and both are told together', () => {
  const table = new LinkTable();
  assert.deepEqual(table.resync(), { what: 'links', sequence: 1 });
  assert.equal(table.apply(link(3, 'eth1', { sequence: 1 })), undefined);
  assert.equal(table.apply(link(2, 'eth0', { sequence: 1 })), undefined);
  assert.equal(taken(table), undefined);
  assert.deepEqual(table.apply(done(1)), { what: 'addresses', sequence: 2 });
  table.apply(address('newAddress', 2, '20010db8000000000000000000000001'));
  table.apply(address('newAddress', 2, 'c0000201'));
  assert.equal(table.apply(done(2)), undefined);
  assert.deepEqual(taken(table), ['eth0 02:00:00:00:00:01 192.0.2.1 2001:db8::1', 'eth1 02:00:00:00:00:01']);
  assert.equal(taken(table), undefined);
});

const changes: readonly {
  readonly name: string;
  readonly message: NetlinkMessage;
  readonly links: readonly string[];
}[] = [
  {
    name: 'another MAC',
    message: link(2, 'eth0', { mac: fromHex('020000000009') }),
    links: ['eth0 02:00:00:00:00:09 192.0.2.1'],
  },
  {
    name: 'another link',
    message: link(4, 'eth4'),
    links: ['eth0 02:00:00:00:00:01 192.0.2.1', 'eth4 02:00:00:00:00:01'],
  },
  { name: 'a link that is gone', message: { type: 'delLink', index: 2 }, links: [] },
  {
    name: 'another address',
    message: address('newAddress', 2, 'c0000202'),
    links: ['eth0 02:00:00:00:00:01 192.0.2.1 192.0.2.2'],
  },
  { name: 'an address that is gone', message: address('delAddress', 2, 'c0000201'), links: ['eth0 02:00:00:00:00:01'] },
];

for (const { name, message, links } of changes) {
  test(`a notification tells of ${name}`, () => {
    const table = liveTable();
    assert.equal(table.apply(message), undefined);
    assert.deepEqual(taken(table), links);
  });
}

test('a notification of nothing new is not passed on', () => {
  const table = liveTable();
  table.apply(link(2, 'eth0'));
  table.apply(address('newAddress', 2, 'c0000201'));
  assert.equal(taken(table), undefined);
});

test('a dump that was interrupted is asked for again', () => {
  const table = new LinkTable();
  table.resync();
  table.apply(link(2, 'eth0', { sequence: 1 }));
  assert.deepEqual(table.apply(done(1, true)), { what: 'links', sequence: 2 });
  table.apply(done(2));
  table.apply(done(3));
  assert.deepEqual(taken(table), []);
});

test('after lost messages all is read anew, and nothing half is told meanwhile', () => {
  const table = liveTable();
  assert.deepEqual(table.resync(), { what: 'links', sequence: 3 });
  table.apply(link(7, 'eth7', { sequence: 3 }));
  assert.equal(taken(table), undefined);
  assert.equal(table.apply(done(2)), undefined, 'the end of an older dump');
  table.apply(done(3));
  table.apply(done(4));
  assert.deepEqual(taken(table), ['eth7 02:00:00:00:00:01']);
});

test('what was queued before the dump does not count: that a link was deleted may be among the lost messages', () => {
  const table = liveTable();
  table.resync();
  table.apply(link(8, 'eth8'));
  table.apply(link(2, 'eth0', { sequence: 3 }));
  table.apply(link(9, 'eth9'));
  table.apply(done(3));
  table.apply(link(10, 'eth10'));
  table.apply(done(4));
  assert.deepEqual(taken(table), ['eth0 02:00:00:00:00:01', 'eth9 02:00:00:00:00:01', 'eth10 02:00:00:00:00:01']);
});

test('a request that failed is made again', () => {
  const table = new LinkTable();
  table.resync();
  assert.deepEqual(table.apply({ type: 'error', sequence: 1, errno: 16 }), { what: 'links', sequence: 2 });
});
