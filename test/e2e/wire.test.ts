import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runsFromSources } from '../cluster/image/from-sources.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { type ArpText, advertisement, arpHex, type NdpText, ndpHex, solicitation } from '../support/wire-frames.ts';
import { nodeMac, peerLink, peerMac, WireNode } from '../support/wire-node.ts';
import { eventually } from '../support/wire-peer.ts';

const broadcast = 'ff:ff:ff:ff:ff:ff';
const nobody = '00:00:00:00:00:00';
const groupMac = '33:33:ff:00:01:00';
const group = 'ff02::1:ff00:100';
const vip4 = '192.0.2.100';
const vip6 = '2001:db8::100';

function arpRequest(overrides: Partial<ArpText> = {}): string {
  return arpHex({
    to: broadcast,
    from: peerMac,
    operation: 1,
    sender: `${peerMac} 192.0.2.2`,
    target: `${nobody} ${vip4}`,
    ...overrides,
  });
}

function arpReplyTo(sender: string): string {
  return arpHex({
    to: peerMac,
    from: nodeMac,
    operation: 2,
    sender: `${nodeMac} ${vip4}`,
    target: `${peerMac} ${sender}`,
  });
}

function neighborSolicitation(overrides: Partial<NdpText> = {}): string {
  return ndpHex({
    to: groupMac,
    from: peerMac,
    source: '2001:db8::2',
    destination: group,
    message: solicitation(vip6, peerMac),
    ...overrides,
  });
}

const advertisementToPeer = ndpHex({
  to: peerMac,
  from: nodeMac,
  source: vip6,
  destination: '2001:db8::2',
  message: advertisement(vip6, nodeMac, { solicited: true, override: true }),
});

const advertisementToAll = ndpHex({
  to: '33:33:00:00:00:01',
  from: nodeMac,
  source: vip6,
  destination: 'ff02::1',
  message: advertisement(vip6, nodeMac, { solicited: false, override: true }),
});

const answered: readonly { readonly name: string; readonly stimulus: string; readonly reply: string }[] = [
  { name: 'an ARP request by broadcast', stimulus: arpRequest(), reply: arpReplyTo('192.0.2.2') },
  { name: 'an ARP request by unicast to us', stimulus: arpRequest({ to: nodeMac }), reply: arpReplyTo('192.0.2.2') },
  {
    name: 'an ARP probe from 0.0.0.0',
    stimulus: arpRequest({ sender: `${peerMac} 0.0.0.0` }),
    reply: arpReplyTo('0.0.0.0'),
  },
  {
    name: 'an ARP request padded to 60 octets',
    stimulus: `${arpRequest()}${'00'.repeat(18)}`,
    reply: arpReplyTo('192.0.2.2'),
  },
  { name: 'a neighbour solicitation by multicast', stimulus: neighborSolicitation(), reply: advertisementToPeer },
  {
    name: 'a neighbour solicitation by unicast (NUD)',
    stimulus: neighborSolicitation({ to: nodeMac, destination: vip6 }),
    reply: advertisementToPeer,
  },
  {
    name: 'a unicast solicitation without a link-layer address option',
    stimulus: neighborSolicitation({ to: nodeMac, destination: vip6, message: solicitation(vip6) }),
    reply: advertisementToPeer,
  },
  {
    name: 'duplicate address detection from ::',
    stimulus: neighborSolicitation({ source: '::', message: solicitation(vip6) }),
    reply: advertisementToAll,
  },
];

/** With two octets of a frame exchanged for others. */
function withOctets(hex: string, offset: number, octets: string): string {
  return hex.slice(0, 2 * offset) + octets + hex.slice(2 * offset + octets.length);
}

const silent: readonly { readonly name: string; readonly stimulus: string; readonly counter: string }[] = [
  {
    name: 'ARP for another address',
    stimulus: arpRequest({ target: `${nobody} 192.0.2.99` }),
    counter: 'arp.addressUnknown',
  },
  { name: 'an ARP reply', stimulus: arpRequest({ operation: 2 }), counter: 'arp.arpNotRequest' },
  { name: 'ARP with operation 3', stimulus: arpRequest({ operation: 3 }), counter: 'arp.arpNotRequest' },
  { name: 'ARP of another hardware type', stimulus: withOctets(arpRequest(), 14, '0006'), counter: 'arp.arpMalformed' },
  { name: 'ARP of another protocol', stimulus: withOctets(arpRequest(), 16, '86dd'), counter: 'arp.arpMalformed' },
  { name: 'ARP of another address length', stimulus: withOctets(arpRequest(), 19, '10'), counter: 'arp.arpMalformed' },
  { name: 'ARP that is cut off', stimulus: arpRequest().slice(0, 80), counter: 'arp.arpMalformed' },
  {
    name: 'ARP from a hardware address that is a group',
    stimulus: arpRequest({ sender: `${broadcast} 192.0.2.2` }),
    counter: 'arp.arpMalformed',
  },
  {
    name: 'ARP for an address that another node owns',
    stimulus: arpRequest({ target: `${nobody} 192.0.2.101` }),
    counter: 'arp.notOwner',
  },
  {
    name: 'ARP for an address of another interface',
    stimulus: arpRequest({ target: `${nobody} 192.0.2.102` }),
    counter: 'arp.addressOnOtherInterface',
  },
  { name: 'a frame that came back to us', stimulus: arpRequest({ from: nodeMac }), counter: 'arp.ownFrame' },
  {
    name: 'a solicitation for another address',
    stimulus: neighborSolicitation({ message: solicitation('2001:db8::5:100', peerMac) }),
    counter: 'ndp.addressUnknown',
  },
  {
    name: 'a solicitation for an address that another node owns',
    stimulus: neighborSolicitation({ message: solicitation('2001:db8::101', peerMac) }),
    counter: 'ndp.notOwner',
  },
  {
    name: 'a solicitation with hop limit 254',
    stimulus: neighborSolicitation({ hopLimit: 254 }),
    counter: 'ndp.ndpHopLimit',
  },
  {
    name: 'a solicitation with a bad checksum',
    stimulus: withOctets(neighborSolicitation(), 56, 'dead'),
    counter: 'ndp.ndpChecksum',
  },
  {
    name: 'a solicitation with an option of length zero',
    stimulus: neighborSolicitation({
      message: {
        type: 'neighborSolicitation',
        targetAddress: new Uint8Array(16),
        options: [{ type: 1, value: new Uint8Array() }],
      },
    }),
    counter: 'ndp.ndpOptionLength',
  },
  {
    name: 'a solicitation whose target is a group',
    stimulus: neighborSolicitation({ message: solicitation('ff02::1', peerMac) }),
    counter: 'ndp.ndpTargetMulticast',
  },
  {
    name: 'duplicate address detection with a link-layer address',
    stimulus: neighborSolicitation({ source: '::' }),
    counter: 'ndp.ndpDuplicateAddressDetection',
  },
  {
    name: 'a solicitation that is cut off',
    stimulus: neighborSolicitation().slice(0, 140),
    counter: 'ndp.ndpMalformed',
  },
  {
    name: 'a foreign advertisement for a foreign address',
    stimulus: ndpHex({
      to: '33:33:00:00:00:01',
      from: peerMac,
      source: '2001:db8::2',
      destination: 'ff02::1',
      message: advertisement('2001:db8::2', peerMac, { solicited: false, override: true }),
    }),
    counter: 'ndp.ndpNotSolicitation',
  },
];

if (await insideSandbox(import.meta.filename)) {
  runsFromSources('one datapath thread without a speaker around: from the sources');
  describe('on the wire', () => {
    let node: WireNode;

    before(async () => {
      node = await WireNode.start();
      const elsewhere = { candidates: ['node-b', 'node-a'] };
      const far = { address: '192.0.2.9', port: 7946, incarnation: '1', macs: [], leaseExpired: false };
      const members = [{ node: 'node-b', ...far }];
      const otherLink = { interfaces: [{ index: 1, mac: '02:00:00:00:00:09' }] };
      await node.apply(
        [
          node.vip(vip4),
          node.vip(vip6),
          node.vip('192.0.2.101', elsewhere),
          node.vip('2001:db8::101', elsewhere),
          node.vip('192.0.2.102', otherLink),
        ],
        members,
      );
    });
    after(() => node.stop());

    async function answersTo(stimulus: string, reply: string): Promise<void> {
      const from = node.peer.frames.length;
      await node.peer.send(peerLink, stimulus);
      await node.peer.waitFor((frame) => frame.hex === reply, from);
    }

    test('an address that was taken is announced six times, in each form', async () => {
      const announcements = [
        arpHex({
          to: broadcast,
          from: nodeMac,
          operation: 1,
          sender: `${nodeMac} ${vip4}`,
          target: `${nobody} ${vip4}`,
        }),
        arpHex({
          to: broadcast,
          from: nodeMac,
          operation: 2,
          sender: `${nodeMac} ${vip4}`,
          target: `${nodeMac} ${vip4}`,
        }),
        advertisementToAll,
      ];
      const counts = (): number[] => announcements.map((hex) => node.peer.frames.filter((f) => f.hex === hex).length);
      const isComplete = (): true | undefined => (counts().every((count) => count === 6) ? true : undefined);
      // The last is due 4 s after the first.
      await eventually(isComplete, () => `seen ${counts()} times`, 10_000);
    });

    for (const { name, stimulus, reply } of answered) test(`${name} is answered`, () => answersTo(stimulus, reply));

    test('what must not be answered is met with silence, and counted by reason', async () => {
      const before = await node.counters();
      const from = node.peer.frames.length;
      for (const { stimulus } of silent) await node.peer.send(peerLink, stimulus);
      // Frames of one protocol are read in order: once these are answered, the silence before them was one.
      await answersTo(arpRequest(), arpReplyTo('192.0.2.2'));
      await answersTo(neighborSolicitation(), advertisementToPeer);
      assert.deepEqual(
        node.peer.frames.slice(from).map(({ hex }) => hex),
        [arpReplyTo('192.0.2.2'), advertisementToPeer],
      );
      const after = await node.counters();
      const expected = new Map([
        ['arp.answered', 1],
        ['ndp.answered', 1],
      ]);
      for (const { counter } of silent) expected.set(counter, (expected.get(counter) ?? 0) + 1);
      for (const [counter, count] of expected) {
        assert.equal((after[counter] ?? 0) - (before[counter] ?? 0), count, counter);
      }
      assert.equal(silent.length, 20);
    });

    test("a client's kernel resolves the IPv4 address, and finds it reachable again by unicast", () => resolves(vip4));
    test("a client's kernel resolves the IPv6 address, and finds it reachable again by unicast", () => resolves(vip6));

    /** The peer's kernel asks; then an entry put to `probe` makes it ask again, by unicast. */
    async function resolves(ip: string): Promise<void> {
      await node.peer.datagram(ip);
      await node.peer.untilNeighbor(peerLink, ip, `lladdr ${nodeMac} REACHABLE`);
      await node.peer.ip(`neigh change ${ip} lladdr ${nodeMac} dev ${peerLink} nud probe`);
      await node.peer.untilNeighbor(peerLink, ip, `lladdr ${nodeMac} REACHABLE`);
    }
  });
}
