import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, RecordingSink } from '../../test/support/frame-in-place.ts';
import { eth0 as sound } from '../../test/support/links.ts';
import { ScriptedFailover } from '../../test/support/scripted-failover.ts';
import { advertisement, arpHex, ndpHex, solicitation } from '../../test/support/wire-frames.ts';
import type { FailoverEffect } from '../failover/failover-effect.ts';
import { Datapath } from './datapath.ts';
import type { DatapathTable, Link, Vip } from './table.ts';

const ownMac = '02:00:00:00:00:01';
const memberMac = '02:00:00:00:00:02';
const otherLinkMac = '02:00:00:00:00:04';
const foreignMac = '02:00:00:00:00:99';
const nobody = '00:00:00:00:00:00';
const broadcast = 'ff:ff:ff:ff:ff:ff';
const eth0: Link = { ...sound, mac: ownMac, addresses: ['192.0.2.1'] };
const eth1: Link = { ...eth0, index: 3, name: 'eth1', mac: '02:00:00:00:00:03' };
const eth2: Link = { ...eth0, index: 4, name: 'eth2', mac: otherLinkMac };
const interfaces = [{ index: 2, mac: ownMac }];
const common = { service: 'shop/web', group: '192.0.2.100', holder: undefined, interfaces, candidates: ['a'] };
const vip4: Vip = { ...common, ip: '192.0.2.100', check: true };
const vip6: Vip = { ...common, ip: '2001:db8::100', check: true };
const elsewhere: Vip = {
  ...common,
  ip: '198.51.100.9',
  group: '198.51.100.9',
  interfaces: [{ index: 3, mac: eth1.mac }],
};
const member = { node: 'b', address: '', port: 0, incarnation: '1', macs: [memberMac], leaseExpired: false };
const first = {
  type: 'take',
  group: '192.0.2.100',
  reason: 'onlyCandidate',
  from: undefined,
  afterMs: undefined,
} as const;
const gaveUp = { type: 'giveUp', group: '192.0.2.100', reason: 'noInterface' } as const;

const probe4 = arpHex({
  to: broadcast,
  from: ownMac,
  operation: 1,
  sender: `${ownMac} 0.0.0.0`,
  target: `${nobody} 192.0.2.100`,
});
/** RFC 4862 §5.4.2 octet by octet: to ff02::1:ff00:100, from ::, no option. */
const probe6 =
  '3333ff00010002000000000186dd6000000000183aff00000000000000000000000000000000ff0200000000000000000001ff000100' +
  '87004aef0000000020010db8000000000000000000000100';

/** A datapath on virtual time whose failover machine does what the test says. */
class Bench {
  readonly failover = new ScriptedFailover();
  readonly datapath = new Datapath({
    announcer: { refreshMs: 0, framesPerTick: 200, tickMs: 10 },
    failover: this.failover,
    gateways: () => [],
  });
  readonly arp = new RecordingSink();
  readonly ndp = new RecordingSink();
  #version = 0;

  constructor(vips: readonly Vip[] = [vip4]) {
    this.datapath.applyLinks([eth0, eth1, eth2], at(0));
    this.table({ vips });
    this.datapath.takeEvents();
  }

  table(overrides: Partial<DatapathTable>, nowMs = 0): void {
    this.#version += 1;
    const table = { version: this.#version, self: 'a', members: [member], vips: [vip4], ...overrides };
    this.datapath.applyTable(table, at(nowMs));
  }

  want(...effects: readonly FailoverEffect[]): void {
    this.failover.want(...effects);
    this.datapath.settle(at(0));
  }

  /** As the loop does it until then, every 10 ms. */
  until(endMs: number, startMs = 0): void {
    for (let nowMs = startMs; nowMs <= endMs; nowMs += 10) {
      if (this.datapath.nextFrameMs() <= nowMs) this.datapath.sendDue({ arp: this.arp, ndp: this.ndp }, nowMs);
      if (this.datapath.unsettled) this.datapath.settle(at(nowMs));
    }
  }

  receive(protocol: 'arp' | 'ndp', hex: string, nowMs: number, index = 2): void {
    if (protocol === 'arp') this.datapath.receiveArp(frameOf(hex, index), this.arp, nowMs);
    else this.datapath.receiveNdp(frameOf(hex, index), this.ndp, nowMs);
    if (this.datapath.unsettled) this.datapath.settle(at(nowMs));
  }

  events(): readonly string[] {
    return this.datapath.takeEvents().flatMap((event) => {
      if (event.type === 'tookOver' || event.type === 'gaveUp')
        return `${event.type} ${event.ip} ${event.reason} ${event.atMs}`;
      if (event.type !== 'addressesInUse') return [];
      return [
        'in use:',
        ...event.addresses.map((one) => `${one.address} ${one.mac} ${one.interface} ${one.untilMs}`),
      ].join(' ');
    });
  }
}

function at(nowMs: number) {
  return { nowMs, wallMs: 1_000_000 + nowMs };
}

function arp(fields: {
  readonly operation: number;
  readonly sender: string;
  readonly target: string;
  readonly to?: string;
}): string {
  const [from = ''] = fields.sender.split(' ');
  return arpHex({ to: broadcast, from, ...fields });
}

const answer = arp({ operation: 2, to: ownMac, sender: `${foreignMac} 192.0.2.100`, target: `${ownMac} 0.0.0.0` });

describe('an address that is to be checked', () => {
  test('is probed for three times, and announced and answered only then', () => {
    const bench = new Bench([vip4, vip6]);
    bench.want(first);
    bench.until(980);
    assert.deepEqual(bench.arp.sent, [`2 ${probe4}`, `2 ${probe4}`, `2 ${probe4}`]);
    assert.deepEqual(bench.ndp.sent, [`2 ${probe6}`, `2 ${probe6}`, `2 ${probe6}`]);
    assert.deepEqual(bench.events(), []);
    assert.ok(bench.datapath.served.all.every(({ owned }) => !owned));
    bench.until(1_000, 990);
    const expected = ['tookOver 192.0.2.100 onlyCandidate 1000990', 'tookOver 2001:db8::100 onlyCandidate 1000990'];
    assert.deepEqual(bench.events().toSorted(), expected);
    assert.deepEqual(bench.failover.told.filter((line) => line.startsWith('announced')).length, 1);
    assert.equal(bench.arp.sent.length, 5);
    assert.equal(bench.ndp.sent.length, 4);
  });

  test('is listened for in its solicited-node group meanwhile', () => {
    const bench = new Bench([vip6]);
    const before = bench.datapath.servedVersion;
    assert.deepEqual(bench.datapath.listening(), []);
    bench.want({ ...first, group: '192.0.2.100' });
    assert.notEqual(bench.datapath.servedVersion, before);
    assert.deepEqual(
      bench.datapath.listening().map(({ ip }) => ip),
      ['2001:db8::100'],
    );
    const probing = bench.datapath.servedVersion;
    bench.want({ ...gaveUp, reason: 'notCandidate' });
    assert.deepEqual(bench.datapath.listening(), []);
    assert.notEqual(bench.datapath.servedVersion, probing);
  });

  const unchecked = [
    { name: 'one that another node held', vip: vip4, take: { ...first, reason: 'ownerNotLive', from: 'b' } },
    { name: 'one that was announced before', vip: { ...vip4, check: false }, take: first },
  ] as const;
  for (const { name, vip, take } of unchecked) {
    test(`${name} is not probed for, and waits for nothing`, () => {
      const bench = new Bench([vip]);
      bench.want(take);
      bench.until(0);
      assert.deepEqual(bench.events(), [`tookOver 192.0.2.100 ${take.reason} 1000000`]);
      assert.ok(!bench.arp.sent.includes(`2 ${probe4}`));
    });
  }

  for (const reason of ['ownerUnfit', 'preferred', 'ownerNotCandidate', 'ownerNotLive'] as const) {
    test(`is probed for where only another address of its Service was announced by the node it comes from (${reason})`, () => {
      const bench = new Bench([{ ...vip4, holder: 'b' }]);
      bench.want({ ...first, reason, from: 'b' });
      bench.until(980);
      assert.deepEqual(bench.arp.sent, [`2 ${probe4}`, `2 ${probe4}`, `2 ${probe4}`]);
      assert.deepEqual(bench.events(), []);
      bench.until(1_000, 990);
      assert.deepEqual(bench.events(), [`tookOver 192.0.2.100 ${reason} 1000990`]);
    });
  }

  test('that somebody is told to have announced meanwhile is announced at once', () => {
    const bench = new Bench();
    bench.want(first);
    bench.until(300);
    bench.table({ vips: [{ ...vip4, check: false }] }, 300);
    bench.until(310, 300);
    assert.deepEqual(bench.events(), ['tookOver 192.0.2.100 onlyCandidate 1000300']);
  });

  test('that is given up meanwhile is neither announced nor probed for', () => {
    const bench = new Bench();
    bench.want(first);
    bench.until(300);
    bench.want({ ...gaveUp, reason: 'notCandidate' });
    bench.until(2_000, 310);
    assert.deepEqual(bench.events(), []);
    assert.equal(bench.arp.sent.length, 1);
  });

  test('many at once are spread', () => {
    const vips = Array.from({ length: 250 }, (_, index) => ({ ...vip4, ip: `198.51.100.${index}` }));
    const bench = new Bench(vips);
    bench.want(first);
    bench.datapath.sendDue({ arp: bench.arp, ndp: bench.ndp }, 0);
    assert.equal(bench.arp.sent.length, 200);
    assert.equal(bench.datapath.nextFrameMs(), 10);
    bench.until(20);
    assert.equal(bench.arp.sent.length, 250);
    bench.until(1_100, 30);
    assert.equal(bench.events().length, 250);
  });
});

interface Row {
  readonly name: string;
  readonly protocol: 'arp' | 'ndp';
  readonly hex: string;
  readonly inUse: boolean;
  readonly index?: number;
}

const ff02 = '33:33:ff:00:01:00';
const group = 'ff02::1:ff00:100';
function na(mac: string, to = 'ff02::1'): string {
  const message = advertisement('2001:db8::100', mac, { solicited: false, override: true });
  return ndpHex({ to: '33:33:00:00:00:01', from: mac, source: '2001:db8::100', destination: to, message });
}
function ns(mac: string, source: string, withMac = false): string {
  const message = solicitation('2001:db8::100', withMac ? mac : undefined);
  return ndpHex({ to: ff02, from: mac, source, destination: group, message });
}

const rows: readonly Row[] = [
  { name: 'a reply to the probe', protocol: 'arp', hex: answer, inUse: true },
  {
    name: 'a request of the one who has it',
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${foreignMac} 192.0.2.100`, target: `${nobody} 192.0.2.7` }),
    inUse: true,
  },
  {
    name: 'an announcement',
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${foreignMac} 192.0.2.100`, target: `${nobody} 192.0.2.100` }),
    inUse: true,
  },
  {
    name: "another machine's probe",
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${foreignMac} 0.0.0.0`, target: `${nobody} 192.0.2.100` }),
    inUse: true,
  },
  {
    name: 'a request of somebody who looks for it',
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${foreignMac} 192.0.2.9`, target: `${nobody} 192.0.2.100` }),
    inUse: false,
  },
  {
    name: 'a reply for another address',
    protocol: 'arp',
    hex: arp({ operation: 2, to: ownMac, sender: `${foreignMac} 192.0.2.101`, target: `${ownMac} 0.0.0.0` }),
    inUse: false,
  },
  {
    name: "another speaker's probe",
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${memberMac} 0.0.0.0`, target: `${nobody} 192.0.2.100` }),
    inUse: false,
  },
  {
    name: "another speaker's answer",
    protocol: 'arp',
    hex: arp({ operation: 2, to: ownMac, sender: `${memberMac} 192.0.2.100`, target: `${ownMac} 0.0.0.0` }),
    inUse: false,
  },
  {
    name: "this node's own kernel",
    protocol: 'arp',
    hex: arp({ operation: 2, sender: `${ownMac} 192.0.2.100`, target: `${ownMac} 0.0.0.0` }),
    inUse: false,
  },
  {
    name: "this node's own kernel, from a link that serves nothing",
    protocol: 'arp',
    hex: arp({ operation: 2, sender: `${otherLinkMac} 192.0.2.100`, target: `${ownMac} 0.0.0.0` }),
    inUse: false,
  },
  {
    name: 'an announcement on a link that serves another address',
    protocol: 'arp',
    hex: arp({ operation: 1, sender: `${foreignMac} 192.0.2.100`, target: `${nobody} 192.0.2.100` }),
    inUse: false,
    index: 3,
  },
  { name: 'a frame that is cut off', protocol: 'arp', hex: answer.slice(0, 60), inUse: false },
  { name: 'an advertisement', protocol: 'ndp', hex: na(foreignMac), inUse: true },
  { name: "another machine's duplicate address detection", protocol: 'ndp', hex: ns(foreignMac, '::'), inUse: true },
  {
    name: 'a solicitation of somebody who looks for it',
    protocol: 'ndp',
    hex: ns(foreignMac, '2001:db8::9', true),
    inUse: false,
  },
  { name: "another speaker's advertisement", protocol: 'ndp', hex: na(memberMac), inUse: false },
  { name: "another speaker's duplicate address detection", protocol: 'ndp', hex: ns(memberMac, '::'), inUse: false },
];

describe('while it is probed for', () => {
  for (const { name, protocol, hex, inUse, index } of rows) {
    test(`${name} ${inUse ? 'says that it is in use' : 'says nothing'}`, () => {
      const ip = protocol === 'arp' ? '192.0.2.100' : '2001:db8::100';
      const bench = new Bench([{ ...common, ip, check: true }, elsewhere]);
      bench.want(first);
      bench.until(400);
      bench.receive(protocol, hex, 405, index);
      const found = inUse ? [`in use: ${ip} 02:00:00:00:00:99 eth0 1600405`] : [];
      assert.deepEqual(bench.events(), found);
      bench.until(1_500, 410);
      assert.deepEqual(bench.events(), inUse ? [] : [`tookOver ${ip} onlyCandidate 1000990`]);
    });
  }
  test('both outcomes were seen', () => {
    assert.deepEqual([rows.filter(({ inUse }) => inUse).length, rows.filter(({ inUse }) => !inUse).length], [6, 11]);
  });
});

describe('an address that is in use', () => {
  test('makes the node unable to serve its group, and able again after ten minutes', () => {
    const bench = new Bench();
    bench.want(first);
    bench.until(0);
    bench.receive('arp', answer, 5);
    assert.equal(bench.failover.told.at(-1), 'links 5: carrier, 192.0.2.100 unable');
    bench.want(gaveUp);
    bench.until(3_000, 10);
    bench.events();
    bench.until(600_000, 599_990);
    assert.equal(bench.failover.told.at(-1), 'links 5: carrier, 192.0.2.100 unable');
    bench.until(600_010, 600_010);
    assert.equal(bench.failover.told.at(-1), 'links 600010: carrier, 192.0.2.100 able');
    assert.deepEqual(bench.events(), ['in use:']);
  });

  test('is not announced when its group is taken again before that, and is remembered when it leaves the table', () => {
    const bench = new Bench();
    bench.want(first);
    bench.receive('arp', answer, 5);
    bench.want(gaveUp);
    bench.table({ vips: [] }, 10);
    bench.table({ vips: [vip4] }, 20);
    assert.match(bench.failover.told.at(-1) ?? '', /192\.0\.2\.100 unable/);
    bench.want(first);
    bench.until(2_000, 20);
    assert.deepEqual(bench.events(), ['in use: 192.0.2.100 02:00:00:00:00:99 eth0 1600005']);
    assert.deepEqual(bench.arp.sent, []);
  });

  test('keeps no other address of its group from being announced', () => {
    const bench = new Bench([vip4, vip6]);
    bench.want(first);
    bench.receive('arp', answer, 5);
    assert.equal(bench.failover.told.at(-1), 'links 5: carrier, 192.0.2.100 able');
    bench.until(1_000);
    const expected = [
      'in use: 192.0.2.100 02:00:00:00:00:99 eth0 1600005',
      'tookOver 2001:db8::100 onlyCandidate 1000990',
    ];
    assert.deepEqual(bench.events(), expected);
  });

  test('is tried again at once when the machine turns out to be another speaker', () => {
    const bench = new Bench();
    bench.want(first);
    bench.receive('arp', answer, 5);
    bench.want(gaveUp);
    bench.events();
    bench.table({ members: [{ ...member, macs: [foreignMac] }] }, 10);
    bench.datapath.settle(at(10));
    assert.deepEqual(bench.events(), ['in use:']);
    assert.equal(bench.failover.told.at(-1), 'links 10: carrier, 192.0.2.100 able');
  });

  test('that others ask for or claim once this node announces it is defended, and stays', () => {
    const bench = new Bench();
    bench.want(first);
    bench.until(1_000);
    bench.events();
    bench.receive(
      'arp',
      arp({ operation: 1, sender: `${foreignMac} 0.0.0.0`, target: `${nobody} 192.0.2.100` }),
      2_000,
    );
    bench.receive('arp', answer, 3_000);
    assert.deepEqual(bench.events(), []);
    assert.ok(bench.datapath.served.all.every(({ owned }) => owned));
  });

  test('no more than a hundred are remembered: the oldest is tried again', () => {
    const vips = Array.from({ length: 101 }, (_, index) => ({ ...vip4, ip: `198.51.100.${index}` }));
    const bench = new Bench(vips);
    bench.want(first);
    for (const { ip } of vips) {
      bench.receive(
        'arp',
        arp({ operation: 2, to: ownMac, sender: `${foreignMac} ${ip}`, target: `${ownMac} 0.0.0.0` }),
        5,
      );
    }
    const last = bench.events().at(-1) ?? '';
    assert.equal(last.split(' 02:').length - 1, 100);
    assert.ok(!last.includes('198.51.100.0 ') && last.includes('198.51.100.100 '));
  });
});
