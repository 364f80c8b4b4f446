import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, RecordingSink } from '../../test/support/frame-in-place.ts';
import { advertisement, arpHex, ndpHex, solicitation } from '../../test/support/wire-frames.ts';
import { macWordsOf } from './mac-words.ts';
import { addressViewOf } from './served-table.ts';
import { type ProbeInterface, WireProbes } from './wire-probes.ts';

const ownMac = '02:00:00:00:00:01';
const ownerMac = '02:00:00:00:00:02';
const otherMac = '02:00:00:00:00:09';
const nobody = '00:00:00:00:00:00';
const broadcast = 'ff:ff:ff:ff:ff:ff';

function macOf(text: string) {
  return macWordsOf(text) ?? assert.fail(text);
}

function view(ip: string): DataView {
  return addressViewOf(ip) ?? assert.fail(ip);
}

function on(addresses: readonly string[], index = 2): ProbeInterface {
  return { index, mac: macOf(ownMac), name: `eth${index}`, addresses };
}

const both = on(['192.0.2.1', '2001:db8::1']);

class Bench {
  readonly probes = new WireProbes();
  readonly arp = new RecordingSink();
  readonly ndp = new RecordingSink();

  askOwner(ip: string, interfaces: readonly ProbeInterface[] = [both], nowMs = 0): void {
    const owner = { node: 'b', address: view(ip), macs: [macOf(ownerMac)] };
    this.probes.askOwner(owner, interfaces, { arp: this.arp, ndp: this.ndp }, nowMs);
  }

  askGateways(gateways: readonly (readonly [link: string, ip: string])[], nowMs = 0): void {
    const read = gateways.map(([link, ip]) => ({ link, address: view(ip) }));
    this.probes.askGateways(read, [both], { arp: this.arp, ndp: this.ndp }, nowMs);
  }

  /** An ARP reply to this node. */
  reply(ip: string, mac: string, nowMs = 1) {
    const hex = arpHex({
      to: ownMac,
      from: mac,
      operation: 2,
      sender: `${mac} ${ip}`,
      target: `${ownMac} 192.0.2.1`,
    });
    return this.probes.arpAnswer(frameOf(hex), nowMs);
  }

  advertise(ip: string, mac: string, nowMs = 1) {
    const message = advertisement(ip, mac, { solicited: true, override: true });
    const hex = ndpHex({ to: ownMac, from: mac, source: ip, destination: '2001:db8::1', message });
    return this.probes.ndpAnswer(frameOf(hex), nowMs);
  }
}

describe('an owner', () => {
  test('is asked by ARP, unicast, from the address that is nearest to the one asked for', () => {
    const bench = new Bench();
    bench.askOwner('192.0.2.100', [on(['198.51.100.1', '2001:db8::1', '192.0.2.1'])]);
    const sender = `${ownMac} 192.0.2.1`;
    const asked = arpHex({ to: ownerMac, from: ownMac, operation: 1, sender, target: `${nobody} 192.0.2.100` });
    assert.deepEqual(bench.arp.sent, [`2 ${asked}`]);
    assert.deepEqual(bench.ndp.sent, []);
  });

  test('is asked by an ARP probe on a link without an address', () => {
    const bench = new Bench();
    bench.askOwner('192.0.2.100', [on([])]);
    const sender = `${ownMac} 0.0.0.0`;
    const asked = arpHex({ to: ownerMac, from: ownMac, operation: 1, sender, target: `${nobody} 192.0.2.100` });
    assert.deepEqual(bench.arp.sent, [`2 ${asked}`]);
  });

  test('is asked by a neighbour solicitation, unicast', () => {
    const bench = new Bench();
    bench.askOwner('2001:db8::100');
    const asked = ndpHex({
      to: ownerMac,
      from: ownMac,
      source: '2001:db8::1',
      destination: '2001:db8::100',
      message: solicitation('2001:db8::100', ownMac),
    });
    assert.deepEqual(bench.ndp.sent, [`2 ${asked}`]);
  });

  test('is not solicited from a link without an IPv6 address: that would be duplicate address detection', () => {
    const bench = new Bench();
    bench.askOwner('2001:db8::100', [on(['192.0.2.1'])]);
    assert.deepEqual(bench.ndp.sent, []);
  });

  test('is asked on every link', () => {
    const bench = new Bench();
    bench.askOwner('192.0.2.100', [both, on([], 3)]);
    assert.deepEqual(
      bench.arp.sent.map((frame) => frame[0]),
      ['2', '3'],
    );
  });

  const table = [
    { name: 'its answer', ips: ['192.0.2.100', '2001:db8::100'], mac: ownerMac, nowMs: 999, answered: true },
    {
      name: 'an answer for another address',
      ips: ['192.0.2.101', '2001:db8::101'],
      mac: ownerMac,
      nowMs: 1,
      answered: false,
    },
    {
      name: 'an answer of another station',
      ips: ['192.0.2.100', '2001:db8::100'],
      mac: otherMac,
      nowMs: 1,
      answered: false,
    },
    {
      name: 'an answer that is too late',
      ips: ['192.0.2.100', '2001:db8::100'],
      mac: ownerMac,
      nowMs: 1_000,
      answered: false,
    },
  ];
  for (const { name, ips, mac, nowMs, answered } of table) {
    test(`${name} ${answered ? 'counts' : 'does not count'}`, () => {
      const [ipv4 = '', ipv6 = ''] = ips;
      const four = new Bench();
      four.askOwner('192.0.2.100');
      assert.deepEqual(four.reply(ipv4, mac, nowMs), answered ? { type: 'owner', node: 'b' } : undefined);
      const six = new Bench();
      six.askOwner('2001:db8::100');
      assert.deepEqual(six.advertise(ipv6, mac, nowMs), answered ? { type: 'owner', node: 'b' } : undefined);
    });
  }

  test('counts once per question, and after the last one nothing is awaited', () => {
    const bench = new Bench();
    bench.askOwner('192.0.2.100');
    bench.askOwner('192.0.2.100', [both], 100);
    assert.equal(bench.probes.idle, false);
    assert.deepEqual(bench.reply('192.0.2.100', ownerMac, 150), { type: 'owner', node: 'b' });
    assert.equal(bench.reply('192.0.2.100', ownerMac, 151), undefined);
    assert.equal(bench.probes.idle, true);
  });
});

describe('gateways', () => {
  test('are asked by broadcast, on the links that serve, and whoever answers counts', () => {
    const bench = new Bench();
    bench.askGateways([
      ['eth2', '192.0.2.254'],
      ['eth9', '198.51.100.254'],
    ]);
    const sender = `${ownMac} 192.0.2.1`;
    const asked = arpHex({ to: broadcast, from: ownMac, operation: 1, sender, target: `${nobody} 192.0.2.254` });
    assert.deepEqual(bench.arp.sent, [`2 ${asked}`]);
    assert.equal(bench.reply('198.51.100.254', otherMac), undefined);
    assert.deepEqual(bench.reply('192.0.2.254', otherMac), { type: 'gateway' });
  });

  test('of IPv6 are asked through their solicited-node group', () => {
    const bench = new Bench();
    bench.askGateways([['eth2', 'fe80::a1:b2c3']]);
    const asked = ndpHex({
      to: '33:33:ff:a1:b2:c3',
      from: ownMac,
      source: '2001:db8::1',
      destination: 'ff02::1:ffa1:b2c3',
      message: solicitation('fe80::a1:b2c3', ownMac),
    });
    assert.deepEqual(bench.ndp.sent, [`2 ${asked}`]);
    assert.deepEqual(bench.advertise('fe80::a1:b2c3', otherMac), { type: 'gateway' });
  });

  test('and owners do not get in each other’s way', () => {
    const bench = new Bench();
    bench.askGateways([['eth2', '192.0.2.254']]);
    bench.askOwner('192.0.2.100');
    bench.askGateways([['eth2', '192.0.2.254']], 10);
    assert.deepEqual(bench.reply('192.0.2.254', otherMac, 11), { type: 'gateway' });
    assert.equal(bench.reply('192.0.2.254', otherMac, 12), undefined);
    assert.deepEqual(bench.reply('192.0.2.100', ownerMac, 13), { type: 'owner', node: 'b' });
  });
});
