import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, RecordingSink } from '../../test/support/frame-in-place.ts';
import { eth0 } from '../../test/support/links.ts';
import { Failover } from '../failover/failover.ts';
import { Datapath } from './datapath.ts';
import { leasesAlone } from './datapath-message.ts';
import type { DatapathTable, Member, Vip } from './table.ts';

const options = { refreshMs: 0, framesPerTick: 200, tickMs: 10 };
const vip4: Vip = {
  ip: '192.0.2.100',
  service: 'shop/web',
  group: '192.0.2.100',
  holder: undefined,
  interfaces: [{ index: 2, mac: '02:00:00:00:00:01' }],
  candidates: ['a', 'b'],
};
const vip6: Vip = { ...vip4, ip: '2001:db8::100' };

const request = 'ffffffffffff02000000000208060001080006040001020000000002c0000202000000000000c0000264';
const foreign = 'ffffffffffff02000000000908060001080006040001020000000009c0000264000000000000c0000264';
const vip = '20010db8000000000000000000000100';
const allNodes = 'ff020000000000000000000000000001';
const announced = '2 ffffffffffff02000000000108060001080006040001020000000001c0000264000000000000c0000264';
const announcedAsReply = '2 ffffffffffff02000000000108060001080006040002020000000001c0000264020000000001c0000264';

function member(node: string, macs: readonly string[] = []): Member {
  return { node, address: '192.0.2.9', port: 7946, incarnation: '1', macs, leaseExpired: false };
}

/** A datapath on virtual time; what it sends, by protocol, and the events it gave. */
class Bench {
  readonly datapath = new Datapath({
    announcer: options,
    failover: new Failover({ ...leasesAlone, self: 'a', awaitsKeys: false, nonce: () => '', wallMs: () => 0 }),
    gateways: () => [],
  });
  readonly arp = new RecordingSink();
  readonly ndp = new RecordingSink();
  #version = 0;

  table(overrides: Partial<DatapathTable>, nowMs = 0): void {
    this.#version += 1;
    const table = { version: this.#version, self: 'a', members: [], vips: [vip4], ...overrides };
    this.datapath.applyTable(table, at(nowMs));
  }

  announce(nowMs: number): void {
    this.datapath.advance(at(nowMs));
    this.datapath.sendDue({ arp: this.arp, ndp: this.ndp }, nowMs);
  }

  receive(hex: string, nowMs = 0): void {
    this.datapath.receiveArp(frameOf(hex), this.arp, nowMs);
  }

  /** Sent since the last call. */
  sent(): readonly string[] {
    return [...this.arp.sent.splice(0), ...this.ndp.sent.splice(0)];
  }

  events(): readonly string[] {
    return this.datapath.takeEvents().map((event) => {
      if (event.type === 'tookOver' || event.type === 'gaveUp')
        return `${event.type} ${event.ip} ${event.reason} ${event.atMs}`;
      if (event.type === 'conflict') return `conflict ${event.ip} ${event.mac} ${event.link}`;
      return event.type;
    });
  }
}

function at(nowMs: number): { readonly nowMs: number; readonly wallMs: number } {
  return { nowMs, wallMs: 1_000_000 + nowMs };
}

describe('the table', () => {
  test('an address that this node owns is announced in both forms and answered', () => {
    const bench = new Bench();
    bench.table({});
    bench.announce(0);
    assert.deepEqual(bench.sent(), [announced, announcedAsReply]);
    bench.receive(request);
    assert.deepEqual(bench.sent(), [
      '2 02000000000202000000000108060001080006040002020000000001c0000264020000000002c0000202',
    ]);
    assert.deepEqual(bench.events(), ['tookOver 192.0.2.100 firstCandidate 1000000', 'tableApplied']);
    assert.deepEqual(bench.datapath.counters(), { 'arp.answered': 1, conflicts: 0 });
  });

  test('an address that a better candidate owns is neither announced nor answered, until that node is gone', () => {
    const bench = new Bench();
    const vips = [{ ...vip4, candidates: ['b', 'a'] }];
    bench.table({ vips, members: [member('b')] });
    bench.announce(0);
    bench.receive(request);
    assert.deepEqual(bench.sent(), []);
    bench.table({ vips, members: [] }, 500);
    bench.announce(500);
    assert.deepEqual(bench.sent(), [announced, announcedAsReply]);
    assert.deepEqual(bench.events(), [
      'memberUp',
      'tableApplied',
      'memberDown',
      'tookOver 192.0.2.100 ownerNotLive 1000500',
      'tableApplied',
    ]);
  });

  test('an address that was given up falls silent', () => {
    const bench = new Bench();
    bench.table({});
    bench.table({ vips: [] }, 50);
    bench.announce(100);
    bench.receive(request, 100);
    assert.deepEqual(bench.sent(), []);
    assert.equal(bench.events().at(-2), 'gaveUp 192.0.2.100 addressRemoved 1000050');
  });

  test('an older table is dropped', () => {
    const bench = new Bench();
    bench.table({});
    bench.events();
    bench.datapath.applyTable({ version: 0, self: 'a', members: [], vips: [] }, at(0));
    assert.deepEqual(bench.events(), []);
  });

  test('an address that is none is left out, and the others serve', () => {
    const bench = new Bench();
    bench.table({ vips: [{ ...vip4, ip: 'garbage' }, vip4] });
    assert.deepEqual(bench.events(), ['tookOver 192.0.2.100 firstCandidate 1000000', 'tableApplied']);
  });

  test('an owned address that comes to another interface is announced anew', () => {
    const bench = new Bench();
    bench.table({});
    bench.announce(0);
    bench.announce(4_000);
    bench.sent();
    bench.table(
      { vips: [{ ...vip4, interfaces: [...vip4.interfaces, { index: 3, mac: '02:00:00:00:00:03' }] }] },
      9_000,
    );
    bench.announce(9_000);
    assert.equal(bench.sent().length, 4);
  });

  test('stopping gives everything up', () => {
    const bench = new Bench();
    bench.table({ vips: [vip4, vip6] });
    bench.events();
    bench.datapath.stop(at(7));
    assert.deepEqual(bench.events(), [
      'gaveUp 192.0.2.100 stopping 1000007',
      'gaveUp 2001:db8::100 stopping 1000007',
      'drained',
    ]);
    bench.receive(request);
    assert.deepEqual(bench.sent(), []);
  });
});

describe('links', () => {
  test("the thread's own MAC wins over the table's, and a change is announced at once", () => {
    const bench = new Bench();
    bench.datapath.applyLinks([eth0], at(0));
    bench.table({ vips: [vip6] });
    bench.announce(0);
    bench.announce(4_000);
    bench.sent();
    bench.datapath.applyLinks([{ ...eth0, mac: '02:00:00:00:00:0b' }], at(9_000));
    bench.announce(9_000);
    assert.deepEqual(bench.sent(), [
      `2 33330000000102000000000b86dd6000000000203aff${vip}${allNodes}8800f72220000000${vip}020102000000000b`,
    ]);
  });

  test('the first look at the links announces nothing twice, unless the table had another MAC', () => {
    for (const [mac, again] of [
      [eth0.mac, 0],
      ['02:00:00:00:00:0b', 2],
    ] as const) {
      const bench = new Bench();
      bench.table({});
      bench.announce(0);
      bench.sent();
      bench.datapath.applyLinks([{ ...eth0, mac }], at(10));
      bench.announce(10);
      assert.equal(bench.sent().length, again, mac);
    }
  });

  test('a carrier that comes back is announced, one that goes is not', () => {
    const bench = new Bench();
    bench.datapath.applyLinks([eth0], at(0));
    bench.table({});
    for (let nowMs = 0; nowMs <= 4_000; nowMs += 100) bench.announce(nowMs);
    bench.sent();
    bench.datapath.applyLinks([{ ...eth0, carrier: false }], at(9_000));
    bench.announce(9_000);
    assert.deepEqual(bench.sent(), []);
    bench.datapath.applyLinks([eth0], at(9_100));
    bench.announce(9_100);
    assert.deepEqual(bench.sent(), [announced, announcedAsReply]);
  });

  test('of two links, one whose carrier comes back is announced on, though the address was answered all the time', () => {
    const bench = new Bench();
    const eth1 = { ...eth0, index: 3, name: 'eth1', mac: '02:00:00:00:00:02' };
    bench.datapath.applyLinks([eth0, eth1], at(0));
    bench.table({ vips: [{ ...vip4, interfaces: [eth0, eth1].map(({ index, mac }) => ({ index, mac })) }] });
    for (let nowMs = 0; nowMs <= 4_000; nowMs += 100) bench.announce(nowMs);
    bench.datapath.applyLinks([eth0, { ...eth1, carrier: false }], at(9_000));
    bench.announce(9_000);
    bench.sent();
    bench.events();
    bench.datapath.applyLinks([eth0, eth1], at(9_100));
    bench.announce(9_100);
    assert.deepEqual(
      bench.sent().map((frame) => frame.split(' ')[0]),
      ['2', '2', '3', '3'],
    );
    assert.deepEqual(bench.events(), ['links']);
  });

  test('on a link that is gone nothing is answered', () => {
    const bench = new Bench();
    bench.datapath.applyLinks([eth0], at(0));
    bench.table({});
    bench.datapath.applyLinks([], at(10));
    bench.receive(request, 10);
    assert.deepEqual(bench.sent(), []);
    assert.deepEqual(bench.datapath.counters(), { 'arp.interfaceNotServing': 1, conflicts: 0 });
  });
});

describe('conflicts', () => {
  test("a stranger's claim is told once a minute, counted, and answered by one announcement in 10 s", () => {
    const bench = new Bench();
    bench.datapath.applyLinks([eth0], at(0));
    bench.table({});
    bench.events();
    for (const nowMs of [0, 5_000, 10_000]) bench.receive(foreign, nowMs);
    assert.deepEqual(bench.sent(), [announced, announced]);
    assert.deepEqual(bench.events(), ['conflict 192.0.2.100 02:00:00:00:00:09 eth0']);
    assert.deepEqual(bench.datapath.counters(), { 'arp.foreignClaim': 3, conflicts: 3 });
  });

  test("what this node's kernel says on another of its links is no conflict", () => {
    const bench = new Bench();
    bench.datapath.applyLinks([eth0, { ...eth0, index: 3, name: 'eth1', mac: '02:00:00:00:00:09' }], at(0));
    bench.table({});
    bench.events();
    bench.receive(foreign);
    assert.deepEqual(bench.sent(), []);
    assert.deepEqual(bench.events(), []);
  });

  test('while an address moves, the other speaker is no stranger', () => {
    const bench = new Bench();
    bench.table({ members: [member('b', ['02:00:00:00:00:09'])] });
    bench.events();
    bench.receive(foreign, 0);
    bench.receive(foreign, 1_900);
    assert.deepEqual(bench.sent(), []);
    assert.deepEqual(bench.events(), []);
    bench.receive(foreign, 2_100);
    assert.deepEqual(bench.sent(), [announced]);
    assert.deepEqual(bench.events(), ['conflict 192.0.2.100 02:00:00:00:00:09 2']);
  });

  test('nor is a speaker whose Lease was deleted a moment ago; 10 s later it is', () => {
    const bench = new Bench();
    bench.table({ members: [member('b', ['02:00:00:00:00:09'])] });
    bench.table({}, 1_000);
    bench.events();
    bench.receive(foreign, 1_100);
    assert.deepEqual(bench.events(), []);
    bench.receive(foreign, 11_000);
    assert.deepEqual(bench.events(), ['conflict 192.0.2.100 02:00:00:00:00:09 2']);
  });
});
