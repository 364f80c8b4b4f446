import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runsFromSources } from '../cluster/image/from-sources.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { advertisement, arpHex, ndpHex, solicitation } from '../support/wire-frames.ts';
import { ip, linkIndex } from '../support/wire-namespace.ts';
import { nodeLink, nodeMac, peerLink, peerMac, WireNode } from '../support/wire-node.ts';
import { eventually } from '../support/wire-peer.ts';

const broadcast = 'ff:ff:ff:ff:ff:ff';
const nobody = '00:00:00:00:00:00';
const newMac = '02:00:00:00:00:0b';

function request(address: string): string {
  const sender = `${peerMac} 192.0.2.2`;
  return arpHex({ to: broadcast, from: peerMac, operation: 1, sender, target: `${nobody} ${address}` });
}

function reply(address: string, mac = nodeMac): string {
  const target = `${peerMac} 192.0.2.2`;
  return arpHex({ to: peerMac, from: mac, operation: 2, sender: `${mac} ${address}`, target });
}

function announcement(address: string, mac = nodeMac): string {
  const claim = `${mac} ${address}`;
  return arpHex({ to: broadcast, from: mac, operation: 1, sender: claim, target: `${nobody} ${address}` });
}

function advertisementToAll(address: string, mac: string): string {
  return ndpHex({
    to: '33:33:00:00:00:01',
    from: mac,
    source: address,
    destination: 'ff02::1',
    message: advertisement(address, mac, { solicited: false, override: true }),
  });
}

function member(node: string, macs: readonly string[] = []) {
  return { node, address: '192.0.2.9', port: 7946, incarnation: '1', macs, leaseExpired: false };
}

if (await insideSandbox(import.meta.filename)) {
  runsFromSources('one datapath thread without a speaker around: from the sources');
  describe('changes on the wire', () => {
    let node: WireNode;

    before(async () => {
      node = await WireNode.start();
    });
    after(() => node.stop());

    async function answers(address: string, mac = nodeMac): Promise<void> {
      const from = node.peer.frames.length;
      await node.peer.send(peerLink, request(address));
      await node.peer.waitFor(({ hex }) => hex === reply(address, mac), from);
    }

    /** How often the frame came in since `from`, once everything sent so far has been read. */
    async function seen(hex: string, from: number, probe: string): Promise<number> {
      await answers(probe);
      return node.peer.frames.slice(from).filter((frame) => frame.hex === hex).length;
    }

    /** Waits until the last of the announcements after a takeover has passed. */
    async function quiet(hex: string, from: number): Promise<void> {
      const count = (): number => node.peer.frames.slice(from).filter((frame) => frame.hex === hex).length;
      await eventually(
        () => (count() >= 6 ? true : undefined),
        () => `seen ${count()} times`,
        10_000,
      );
    }

    test('the node tells of a link that appears, with its address, and that it is gone', async () => {
      let from = node.events.length;
      ip('link add other0 type veth peer name other1');
      ip('addr add 198.51.100.7/24 dev other0');
      await node.event(
        (event) =>
          event.type === 'links' &&
          event.links.some((link) => link.name === 'other0' && link.addresses.includes('198.51.100.7')),
        from,
      );
      from = node.events.length;
      ip('link del other0');
      await node.event((event) => event.type === 'links' && event.links.every((link) => link.name !== 'other0'), from);
    });

    test('an address is taken over once its owner is gone, and given up once it is back', async () => {
      const address = '192.0.2.110';
      const vips = [node.vip(address, { candidates: ['node-b', 'node-a'] }), node.vip('192.0.2.111')];
      await node.apply(vips, [member('node-b')]);
      const from = node.peer.frames.length;
      await node.peer.send(peerLink, request(address));
      assert.equal(await seen(reply(address), from, '192.0.2.111'), 0);
      await node.apply(vips, []);
      await node.event((event) => event.type === 'tookOver' && event.ip === address && event.reason === 'ownerNotLive');
      await node.peer.waitFor(({ hex }) => hex === announcement(address), from);
      await answers(address);
      await node.apply(vips, [member('node-b')]);
      await node.event(
        (event) => event.type === 'gaveUp' && event.ip === address && event.reason === 'betterCandidateLive',
      );
      const later = node.peer.frames.length;
      await node.peer.send(peerLink, request(address));
      assert.equal(await seen(reply(address), later, '192.0.2.111'), 0);
    });

    test('a request of a VLAN that the interface does not carry is met with silence', async () => {
      await node.apply([node.vip('192.0.2.112')]);
      await answers('192.0.2.112');
      const from = node.peer.frames.length;
      const hex = request('192.0.2.112');
      await node.peer.send(peerLink, `${hex.slice(0, 24)}81000005${hex.slice(24)}`);
      assert.equal(await seen(reply('192.0.2.112'), from, '192.0.2.112'), 1);
    });

    test('the groups of owned IPv6 addresses are joined, hundreds of them, and left with the addresses', async () => {
      const vips = Array.from({ length: 300 }, (_, n) => node.vip(`2001:db8::1:${(n + 0x1000).toString(16)}`));
      const joined = (): number => ip(`-6 maddr show dev ${nodeLink}`).match(/ff02::1:ff01:/g)?.length ?? 0;
      await node.apply(vips);
      await eventually(
        () => (joined() === 300 ? true : undefined),
        () => `joined ${joined()}`,
      );
      await node.apply([]);
      await eventually(
        () => (joined() === 0 ? true : undefined),
        () => `still in ${joined()}`,
      );
    });

    test('a group that can not be joined is joined once it can be', async () => {
      // IPv6 runs on no link with a smaller MTU than 1280 (RFC 8200 §5).
      ip('link add low0 mtu 1200 type veth peer name low1');
      for (const end of ['low0', 'low1']) ip(`link set ${end} up`);
      const interfaces = [{ index: linkIndex('low0'), mac: '02:00:00:00:00:0c' }];
      await node.apply([node.vip('2001:db8::1:2345', { interfaces })]);
      const { groupFailures = 0 } = await node.counters();
      assert.ok(groupFailures > 0);
      ip('link set low0 mtu 1500');
      await eventually(
        () => (ip('-6 maddr show dev low0').includes('ff02::1:ff01:2345') ? true : undefined),
        () => 'not joined',
      );
      ip('link del low0');
    });

    test('a foreign ARP reply with our address is told to main, and answered by one announcement', async () => {
      const address = '192.0.2.120';
      let from = node.peer.frames.length;
      await node.apply([node.vip(address)]);
      await quiet(announcement(address), from);
      from = node.peer.frames.length;
      const claim = arpHex({
        to: broadcast,
        from: '02:00:00:00:00:09',
        operation: 2,
        sender: `02:00:00:00:00:09 ${address}`,
        target: `${nodeMac} 192.0.2.1`,
      });
      for (let times = 0; times < 5; times += 1) await node.peer.send(peerLink, claim);
      const conflict = await node.event((event) => event.type === 'conflict' && event.ip === address);
      assert.deepEqual(conflict, {
        type: 'conflict',
        ip: address,
        service: 'shop/web',
        mac: '02:00:00:00:00:09',
        link: nodeLink,
      });
      assert.equal(await seen(announcement(address), from, address), 1);
      assert.equal(node.events.filter((event) => event.type === 'conflict' && event.ip === address).length, 1);
    });

    test('a foreign advertisement of our IPv6 address is told to main, and answered by one advertisement', async () => {
      const address = '2001:db8::120';
      let from = node.peer.frames.length;
      await node.apply([node.vip(address), node.vip('192.0.2.121')]);
      await quiet(advertisementToAll(address, nodeMac), from);
      from = node.peer.frames.length;
      for (let times = 0; times < 3; times += 1) {
        await node.peer.send(peerLink, advertisementToAll(address, '02:00:00:00:00:09'));
      }
      const conflict = await node.event((event) => event.type === 'conflict' && event.ip === address);
      assert.equal(conflict.type === 'conflict' && conflict.mac, '02:00:00:00:00:09');
      await node.peer.waitFor(({ hex }) => hex === advertisementToAll(address, nodeMac), from);
    });

    test("another speaker's claim is no conflict while the address moves", async () => {
      const address = '192.0.2.122';
      await node.apply([node.vip(address)], [member('node-b', ['02:00:00:00:00:07'])]);
      await node.peer.send(peerLink, announcement(address, '02:00:00:00:00:07'));
      await answers(address);
      const counters = await node.counters();
      assert.ok((counters['arp.foreignClaim'] ?? 0) > 0);
      assert.equal(node.events.filter((event) => event.type === 'conflict' && event.ip === address).length, 0);
    });

    test('a new MAC is announced and answered with at once, without a new table', async () => {
      const addresses = ['192.0.2.130', '2001:db8::130'] as const;
      await node.apply(addresses.map((address) => node.vip(address)));
      await answers(addresses[0]);
      const from = node.peer.frames.length;
      ip(`link set ${nodeLink} address ${newMac}`);
      await node.peer.waitFor(({ hex }) => hex === announcement(addresses[0], newMac), from);
      await node.peer.waitFor(({ hex }) => hex === advertisementToAll(addresses[1], newMac), from);
      await answers(addresses[0], newMac);
      await node.peer.send(
        peerLink,
        ndpHex({
          to: '33:33:ff:00:01:30',
          from: peerMac,
          source: '2001:db8::2',
          destination: 'ff02::1:ff00:130',
          message: solicitation(addresses[1], peerMac),
        }),
      );
      const answer = ndpHex({
        to: peerMac,
        from: newMac,
        source: addresses[1],
        destination: '2001:db8::2',
        message: advertisement(addresses[1], newMac, { solicited: true, override: true }),
      });
      await node.peer.waitFor(({ hex }) => hex === answer, from);
    });

    test('a link that comes back is announced on', async () => {
      const from = node.peer.frames.length;
      ip(`link set ${nodeLink} down`);
      await node.event((event) => event.type === 'links' && event.links.some((l) => l.name === nodeLink && !l.up));
      ip(`link set ${nodeLink} up`);
      await node.peer.waitFor(({ hex }) => hex === announcement('192.0.2.130', newMac), from);
      await answers('192.0.2.130', newMac);
    });
  });
}
