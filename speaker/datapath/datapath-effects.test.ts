import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, RecordingSink } from '../../test/support/frame-in-place.ts';
import { eth0 as sound } from '../../test/support/links.ts';
import { ScriptedFailover } from '../../test/support/scripted-failover.ts';
import { arpHex } from '../../test/support/wire-frames.ts';
import { Datapath, type Intake } from './datapath.ts';
import type { DatapathTable, Link, Member, Vip } from './table.ts';

const ownMac = '02:00:00:00:00:01';
const otherMac = '02:00:00:00:00:02';
const eth0: Link = { ...sound, mac: ownMac, addresses: ['192.0.2.1'] };
const eth1: Link = { ...eth0, index: 3, name: 'eth1', mac: '02:00:00:00:00:03' };
const member: Member = {
  node: 'b',
  address: '192.0.2.12',
  port: 7946,
  incarnation: '1',
  macs: [otherMac],
  leaseExpired: false,
};
const g = '192.0.2.100';
const take = { type: 'take', group: g, reason: 'ownerNotLive', from: 'b', afterMs: 301 } as const;

function vip(ip: string, overrides: Partial<Vip> = {}): Vip {
  return {
    ip,
    service: 'shop/web',
    group: g,
    holder: undefined,
    interfaces: [{ index: 2, mac: ownMac }],
    candidates: ['a', 'b'],
    ...overrides,
  };
}

function at(nowMs: number) {
  return { nowMs, wallMs: 1_000_000 + nowMs };
}

class Bench {
  readonly failover = new ScriptedFailover();
  readonly arp = new RecordingSink();
  readonly ndp = new RecordingSink();
  readonly datapath = new Datapath({
    announcer: { refreshMs: 0, framesPerTick: 200, tickMs: 10 },
    failover: this.failover,
    gateways: () => [{ link: 'eth0', address: new DataView(new Uint8Array([192, 0, 2, 254]).buffer) }],
  });
  #version = 0;

  constructor(links: readonly Link[] = [eth0, eth1]) {
    this.datapath.applyLinks(links, at(0));
  }

  table(vips: readonly Vip[], members: readonly Member[] = [member], nowMs = 0): void {
    this.#version += 1;
    const table: DatapathTable = { version: this.#version, self: 'a', members, vips };
    this.datapath.instruct({ type: 'table', table }, at(nowMs));
  }

  sendDue(nowMs: number): void {
    this.datapath.sendDue({ arp: this.arp, ndp: this.ndp }, nowMs);
  }

  /** Takes and give-ups, a line each. */
  changes(): readonly string[] {
    return this.datapath.takeEvents().flatMap((event) => {
      if (event.type === 'tookOver') return [`took ${event.ip} ${event.reason} ${event.from} ${event.afterMs}`];
      return event.type === 'gaveUp' ? [`gave up ${event.ip} ${event.reason}`] : [];
    });
  }

  told(): readonly string[] {
    return this.failover.told.splice(0);
  }

  /** Whether the frames that have come, requests for the address, were answered before what the messages say took effect. */
  takeIn(readMessages: Intake['readMessages'], nowMs: number): boolean {
    let answered = false;
    const answerFrames = (): void => {
      answered = this.answers(g);
    };
    this.datapath.takeIn({ readMessages, answerFrames }, at(nowMs));
    return answered;
  }

  answers(ip: string): boolean {
    const sender = `${otherMac} 192.0.2.12`;
    const target = `00:00:00:00:00:00 ${ip}`;
    const before = this.arp.sent.length;
    const hex = arpHex({ to: 'ff:ff:ff:ff:ff:ff', from: otherMac, operation: 1, sender, target });
    this.datapath.receiveArp(frameOf(hex), this.arp, 0);
    return this.arp.sent.splice(before).length === 1;
  }
}

describe('what is decided', () => {
  test('a group that is taken is answered, all of it; it is said to be announced when the first frame is out', () => {
    const bench = new Bench();
    bench.table([vip(g), vip('192.0.2.101')]);
    bench.failover.want(take);
    bench.datapath.settle(at(7));
    assert.deepEqual(bench.changes(), ['took 192.0.2.100 ownerNotLive b 301', 'took 192.0.2.101 ownerNotLive b 301']);
    assert.equal(bench.answers(g) && bench.answers('192.0.2.101'), true);
    bench.told();
    bench.sendDue(7);
    assert.equal(bench.arp.sent.length, 4);
    assert.deepEqual(bench.told(), ['announced 192.0.2.100 7']);
    bench.sendDue(107);
    assert.deepEqual(bench.told(), []);
  });

  test('an address that comes to another group says so, and is announced again when that is taken', () => {
    const bench = new Bench();
    const [low, high] = ['192.0.2.99', '192.0.2.101'];
    bench.table([vip(g), vip(high)]);
    bench.failover.want(take);
    bench.datapath.settle(at(0));
    bench.sendDue(0);
    bench.arp.sent.length = 0;
    bench.told();
    bench.changes();
    bench.failover.want({ type: 'giveUp', group: g, reason: 'addressRemoved' });
    bench.failover.want({ ...take, group: low }, { ...take, group: high });
    bench.table([vip(low, { group: low }), vip(g, { group: low }), vip(high, { group: high })], [member], 10);
    assert.deepEqual(bench.told(), [
      'links 10: carrier',
      `table 10: b pulses, ${low} able - was ${g}, ${high} able - was ${g}`,
    ]);
    assert.deepEqual(bench.changes(), [`took ${low} ownerNotLive b 301`]);
    bench.sendDue(10);
    assert.deepEqual(bench.told(), [`announced ${low} 10`, `announced ${high} 10`]);
    assert.equal(bench.arp.sent.length, 6);
  });

  test('a group that is given up is answered no more, and announced no more', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(take, { type: 'giveUp', group: g, reason: 'claimedByOther' });
    bench.datapath.settle(at(7));
    assert.deepEqual(bench.changes(), ['took 192.0.2.100 ownerNotLive b 301', 'gave up 192.0.2.100 claimedByOther']);
    assert.equal(bench.answers(g), false);
    bench.told();
    bench.sendDue(7);
    assert.deepEqual([bench.arp.sent, bench.told()], [[], []]);
  });

  test('who won a conflict announces once more, and its schedule goes on', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(take);
    bench.datapath.settle(at(0));
    bench.sendDue(0);
    bench.failover.want({ type: 'announceAgain', group: g });
    bench.datapath.settle(at(50));
    const counts = [50, 99, 100, 300, 1_000, 2_000, 4_000, 9_000].map((nowMs) => {
      bench.arp.sent.length = 0;
      bench.sendDue(nowMs);
      return bench.arp.sent.length;
    });
    assert.deepEqual(counts, [2, 0, 2, 2, 2, 2, 2, 0]);
  });

  test('messages wait for the loop, in their order', () => {
    const bench = new Bench();
    bench.failover.want(
      { type: 'send', to: ['b'], message: { type: 'leave' } },
      { type: 'send', to: ['b', 'c'], message: { type: 'hello', nonce: '0000000000000001' } },
    );
    bench.datapath.settle(at(0));
    assert.deepEqual(
      bench.datapath.takeMessages().map(({ to, message }) => `${message.type} to ${to}`),
      ['leave to b', 'hello to b,c'],
    );
    assert.deepEqual(bench.datapath.takeMessages(), []);
  });

  test('what main has to know becomes an event', () => {
    const bench = new Bench();
    bench.datapath.takeEvents();
    const events = [
      { type: 'askApiServer' },
      { type: 'memberDown', node: 'b', why: 'notHeard', silentMs: 310 },
      { type: 'memberUp', node: 'b', why: 'returned' },
      { type: 'pulsesBlocked', node: 'b', blocked: true },
      { type: 'drained' },
    ] as const;
    bench.failover.want(...events);
    bench.datapath.settle(at(0));
    assert.deepEqual(bench.datapath.takeEvents(), events);
  });
});

describe('tables', () => {
  test('tell the machine the groups, who may own them, and whether all their addresses can be served', () => {
    const bench = new Bench([eth0, { ...eth1, carrier: false }]);
    bench.told();
    const onEth1 = { interfaces: [{ index: 3, mac: eth1.mac }] };
    bench.table(
      [vip(g), vip('192.0.2.101', onEth1), vip('192.0.2.102', { group: '192.0.2.102', holder: 'b' })],
      [member, { ...member, node: 'c', port: 0 }],
      5,
    );
    assert.deepEqual(bench.told(), [
      'links 5: carrier',
      'table 5: b pulses, c leases, 192.0.2.100 unable -, 192.0.2.102 able b',
    ]);
  });

  test('an address that joins a group that is held is answered, and one that is gone is given up', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(take);
    bench.datapath.settle(at(0));
    bench.changes();
    bench.table([vip(g), vip('192.0.2.101')]);
    assert.deepEqual(bench.changes(), ['took 192.0.2.101 heldBefore undefined undefined']);
    bench.table([vip(g)]);
    assert.deepEqual(bench.changes(), ['gave up 192.0.2.101 addressRemoved']);
    assert.equal(bench.answers(g), true);
  });

  test('an address whose group is called otherwise now is answered all the time, and nothing is said', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(take);
    bench.datapath.settle(at(0));
    bench.changes();
    const lower = '192.0.2.50';
    bench.failover.want({ type: 'giveUp', group: g, reason: 'addressRemoved' }, { ...take, group: lower });
    bench.table([vip(g, { group: lower }), vip(lower, { group: lower })]);
    assert.deepEqual(bench.changes(), ['took 192.0.2.50 ownerNotLive b 301']);
    assert.equal(bench.answers(g), true);
  });

  test('an address that comes to a group of another owner is given up', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(take);
    bench.datapath.settle(at(0));
    bench.changes();
    bench.table([vip(g, { group: '192.0.2.50' })]);
    assert.deepEqual(bench.changes(), ['gave up 192.0.2.100 betterCandidateLive']);
    assert.equal(bench.answers(g), false);
  });
});

describe('links', () => {
  test('a carrier that goes is told at once, with the groups that can be served no more; other links are not', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.told();
    bench.datapath.applyLinks([eth0, { ...eth1, carrier: false }], at(10));
    assert.deepEqual(bench.told(), []);
    bench.datapath.applyLinks([{ ...eth0, carrier: false }, eth1], at(20));
    assert.deepEqual(bench.told(), ['links 20: no carrier, 192.0.2.100 unable']);
    bench.datapath.applyLinks([eth0, eth1], at(30));
    assert.deepEqual(bench.told(), ['links 30: carrier, 192.0.2.100 able']);
    bench.datapath.applyLinks([eth1], at(40));
    assert.deepEqual(bench.told(), ['links 40: no carrier, 192.0.2.100 unable']);
  });
});

test('a table without the interface whose carrier went does not tell that it is back; one with it does, before its groups', () => {
  const bench = new Bench();
  bench.table([vip(g)]);
  const down = { ...eth0, up: false, carrier: false };
  bench.datapath.applyLinks([down, eth1], at(10));
  bench.told();
  bench.table([], [member], 20);
  assert.deepEqual(bench.told(), ['links 20: no carrier', 'table 20: b pulses']);
  bench.datapath.applyLinks([eth0, eth1], at(30));
  assert.deepEqual(bench.told(), []);
  bench.table([vip(g)], [member], 40);
  assert.deepEqual(bench.told(), ['links 40: carrier', 'table 40: b pulses, 192.0.2.100 able -']);
});

describe('when another node has taken over', () => {
  const table = [
    { what: 'in order, what came before is answered first', handsOver: true },
    { what: 'while this node did not run, what has waited is answered no more', handsOver: false },
  ];
  for (const { what, handsOver } of table) {
    test(what, () => {
      const bench = new Bench();
      bench.table([vip(g)]);
      bench.failover.want(take);
      bench.datapath.settle(at(0));
      bench.failover.handsOver = handsOver;
      const giveUp = { type: 'giveUp', group: g, reason: 'betterCandidateLive' } as const;
      const pulse = { header: { sender: 'b', incarnation: '1', sequence: 1 }, message: { type: 'leave' } } as const;
      const answered = bench.takeIn((reader) => {
        reader(pulse.header, pulse.message);
        bench.failover.want(giveUp);
      }, 20);
      assert.deepEqual([answered, bench.answers(g)], [handsOver, false]);
    });
  }
});

describe('another speaker that hands over', () => {
  const header = { sender: 'b', incarnation: '1', sequence: 1 };
  const claims = { type: 'claims', version: 2, since: 1, part: 0, parts: 1 } as const;
  const claim = arpHex({
    to: 'ff:ff:ff:ff:ff:ff',
    from: otherMac,
    operation: 1,
    sender: `${otherMac} ${g}`,
    target: `00:00:00:00:00:00 ${g}`,
  });
  const table = [
    { what: 'gives it up and takes it again 5 s later, and is no stranger for that', state: 'released', conflicts: 0 },
    { what: 'can not serve it any more, which is no other', state: 'unfit', conflicts: 0 },
    { what: 'holds it all the time: that is a conflict', state: 'held', conflicts: 1 },
  ] as const;
  for (const { what, state, conflicts } of table) {
    test(what, () => {
      const bench = new Bench();
      bench.table([vip(g)]);
      bench.failover.want(take);
      bench.datapath.settle(at(0));
      bench.datapath.receiveArp(frameOf(claim), bench.arp, 10);
      const entries = [{ group: g, epoch: 1, state }];
      bench.takeIn((reader) => reader(header, { ...claims, entries }), 20);
      bench.datapath.receiveArp(frameOf(claim), bench.arp, 5_000);
      assert.equal(bench.datapath.counters()['conflicts'], conflicts);
    });
  }
});

describe('evidence', () => {
  test('an owner that answers a probe is told, and so is a gateway', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.told();
    bench.failover.want({ type: 'probeOwner', node: 'b', group: g }, { type: 'probeGateway' });
    bench.datapath.settle(at(5));
    bench.sendDue(5);
    assert.equal(bench.arp.sent.splice(0).length, 2);
    for (const [mac, ip] of [
      [otherMac, g],
      ['02:00:00:00:00:fe', '192.0.2.254'],
    ]) {
      const sender = `${mac} ${ip}`;
      const reply = arpHex({ to: ownMac, from: `${mac}`, operation: 2, sender, target: `${ownMac} 192.0.2.1` });
      bench.datapath.receiveArp(frameOf(reply), bench.arp, 6);
    }
    assert.deepEqual(bench.told(), ['b answered 6', 'gateway answered 6']);
    bench.sendDue(7);
    assert.deepEqual(bench.arp.sent, []);
  });

  test('an owner is asked for an address that this node knows nothing of on all links that serve', () => {
    const bench = new Bench();
    bench.table([vip(g), vip('192.0.2.101', { interfaces: [{ index: 3, mac: eth1.mac }] })]);
    bench.failover.want({ type: 'probeOwner', node: 'b', group: '192.0.2.200' });
    bench.datapath.settle(at(5));
    bench.sendDue(5);
    assert.deepEqual(
      bench.arp.sent.map((frame) => frame[0]),
      ['2', '3'],
    );
  });

  test('a node whose group is not known, or that is no member, can’t be asked', () => {
    const bench = new Bench();
    bench.table([vip(g)]);
    bench.failover.want(
      { type: 'probeOwner', node: 'b', group: undefined },
      { type: 'probeOwner', node: 'z', group: g },
    );
    bench.datapath.settle(at(5));
    bench.sendDue(5);
    assert.deepEqual(bench.arp.sent, []);
  });

  test('what main says reaches the machine with the time that it was true at', () => {
    const bench = new Bench();
    bench.told();
    bench.datapath.instruct({ type: 'leaseRenewed', node: 'b', agoMs: 20 }, at(100));
    bench.datapath.instruct({ type: 'apiHeard', agoMs: 30 }, at(100));
    bench.datapath.instruct({ type: 'leave' }, at(100));
    bench.datapath.setPulses(true, at(101));
    bench.datapath.stop(at(102));
    assert.deepEqual(bench.told(), [
      'b renewed 80, seen 100',
      'API server heard 70',
      'leave 100',
      'enabled 101',
      'stop 102',
    ]);
  });
});
