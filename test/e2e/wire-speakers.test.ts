import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DatapathEvent } from '../../speaker/datapath/table.ts';
import { messageKeyOf } from '../../speaker/liveness/key-ring.ts';
import { encodeMessage } from '../../speaker/liveness/message-codec.ts';
import { nodeIdOf } from '../../speaker/liveness/node-id.ts';
import { runsFromSources } from '../cluster/image/from-sources.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { advertisement, arpHex, ndpHex, solicitation } from '../support/wire-frames.ts';
import { eventually } from '../support/wire-peer.ts';
import type { WireSpeaker } from '../support/wire-speaker.ts';
import { clientLink, clientMac, firstKey, macOf, secondKey, WireSpeakers } from '../support/wire-speakers.ts';

const vip = '192.0.2.100';
const second = '192.0.2.101';
const candidates = ['node-1', 'node-2', 'node-3'];
const vips = [
  { ip: vip, candidates },
  { ip: second, candidates, link: 'eth1' as const },
];

/** Longer than a takeover takes, also on a busy machine. */
const blockedMs = 3_000;

function request(address: string): string {
  return arpHex({
    to: 'ff:ff:ff:ff:ff:ff',
    from: clientMac,
    operation: 1,
    sender: `${clientMac} 192.0.2.2`,
    target: `00:00:00:00:00:00 ${address}`,
  });
}

function announcement(address: string, mac: string): string {
  const claim = `${mac} ${address}`;
  return arpHex({
    to: 'ff:ff:ff:ff:ff:ff',
    from: mac,
    operation: 1,
    sender: claim,
    target: `00:00:00:00:00:00 ${address}`,
  });
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** The speaker that took the address last. */
function ownerOf(lan: WireSpeakers, address: string): WireSpeaker {
  const takes = lan.speakers.flatMap((speaker) =>
    speaker.events.flatMap(({ event }) =>
      event.type === 'tookOver' && event.ip === address ? [{ speaker, atMs: event.atMs }] : [],
    ),
  );
  const last = takes.toSorted((a, b) => a.atMs - b.atMs).at(-1);
  return last?.speaker ?? assert.fail(`nobody has taken ${address}`);
}

const refusals = ['malformed', 'notAuthentic', 'unknownKey', 'unknownSender', 'replayed', 'ownMessage'];

async function refused(speaker: WireSpeaker): Promise<readonly number[]> {
  const { counters } = await speaker.tick();
  return refusals.map((reason) => counters[`pulses.${reason}`] ?? 0);
}

interface Sender {
  readonly node: string;
  readonly incarnation: string;
}

function leaveOf({ node, incarnation }: Sender, key = firstKey): string {
  const header = { sender: nodeIdOf(node), incarnation, sequence: 1_000_000 };
  return toHex(encodeMessage(header, { type: 'leave' }, messageKeyOf(fromHex(key))));
}

/** Waits until somebody else has taken the address from `former`, and returns it with the reason. */
async function successor(lan: WireSpeakers, address: string, former: WireSpeaker, from: ReadonlyMap<string, number>) {
  const take = await eventually(
    () =>
      lan.speakers
        .filter((speaker) => speaker !== former)
        .flatMap((speaker) => speaker.events.slice(from.get(speaker.node)).map(({ event }) => ({ speaker, event })))
        .find(({ event }) => event.type === 'tookOver' && event.ip === address),
    () => `nobody took ${address} from ${former.node}`,
  );
  return take.event.type === 'tookOver' ? { ...take.event, speaker: take.speaker } : assert.fail();
}

function marks(lan: WireSpeakers): ReadonlyMap<string, number> {
  return new Map(lan.speakers.map(({ node, events }) => [node, events.length]));
}

/** Waits until each knows of the others that they live, and is on no probation. */
async function settled(lan: WireSpeakers): Promise<void> {
  for (const speaker of lan.speakers) {
    await speaker.event(
      (event) => event.type === 'tick' && event.standings.live === lan.speakers.length,
      speaker.events.length,
    );
  }
}

/** Nothing changed hands since. */
function assertQuiet(lan: WireSpeakers, from: ReadonlyMap<string, number>): void {
  for (const speaker of lan.speakers) {
    for (const type of ['tookOver', 'gaveUp', 'memberDown'] as const) {
      assert.equal(speaker.count(type, from.get(speaker.node)), 0, `${speaker.node} ${type}`);
    }
  }
}

if (await insideSandbox(import.meta.filename)) {
  runsFromSources('datapath threads without a speaker around: from the sources');
  describe('speakers on one LAN', { timeout: 60_000 }, () => {
    let lan: WireSpeakers;
    before(async () => {
      lan = await WireSpeakers.start(3);
      lan.apply(vips);
      for (const { ip } of vips) {
        await lan.speaker('node-1').event((event) => event.type === 'tookOver' && event.ip === ip);
      }
    });
    after(() => lan.stop());

    test('the first candidate answers, and the others do not', async () => {
      const from = lan.client.frames.length;
      await lan.client.send(clientLink, request(vip));
      await lan.client.waitFor((frame) => lan.answersFor(vip, from).includes(frame), from);
      await pause(50);
      assert.deepEqual(lan.answersFor(vip, from).map(macOf), ['02:00:00:00:01:01']);
    });

    test('messages that are forged, foreign or replayed are counted by reason, and nothing follows from them', async () => {
      const from = marks(lan);
      const target = lan.speaker('node-2');
      const owner = lan.speaker('node-1');
      const before = await refused(target);
      // Of a start of the owner that is over: whoever has recorded it can send it, and once it even passes.
      const recorded = leaveOf({ node: owner.node, incarnation: 'ffffffffffffffff' });
      for (const hex of [
        'ff'.repeat(60),
        leaveOf(owner).slice(0, 60),
        '00'.repeat(1_400),
        leaveOf(owner).replace(/.{32}$/, '00'.repeat(16)),
        leaveOf(owner, secondKey),
        leaveOf({ node: 'stranger', incarnation: '0000000000000001' }),
        recorded,
        recorded,
        leaveOf(target),
      ]) {
        await lan.client.datagram(target.address, 7946, hex);
      }
      await target.tick();
      const now = await refused(target);
      assert.deepEqual(
        now.map((count, index) => count - (before[index] ?? 0)),
        [3, 1, 1, 1, 1, 1],
      );
      assertQuiet(lan, from);
    });

    test('keys are replaced without a takeover', async () => {
      const from = marks(lan);
      const steps = [
        { send: firstKey, accept: [firstKey, secondKey] },
        { send: secondKey, accept: [firstKey, secondKey] },
        { send: secondKey, accept: [secondKey] },
      ];
      for (const step of steps) {
        for (const speaker of lan.speakers) {
          speaker.tell({ type: 'keys', ...step });
          await pause(150);
        }
        lan.keys = step;
      }
      const before = (await lan.speaker('node-3').tick()).counters['pulses.received'] ?? 0;
      const later = (await lan.speaker('node-3').tick()).counters['pulses.received'] ?? 0;
      assert.ok(later > before, `${before} and then ${later} pulses received`);
      assertQuiet(lan, from);
    });

    test('where messages are blocked and the rest works, nothing is taken over, and it is said', async () => {
      const from = marks(lan);
      const owner = lan.speaker('node-1');
      const rules = ['sport', 'dport'].map((port) => `pref 10 ipproto udp ${port} 7946 blackhole`);
      for (const rule of ['add pref 50 lookup local', 'del pref 0', ...rules.map((one) => `add ${one}`)]) {
        await owner.ip(`rule ${rule}`);
      }
      await pause(1_500);
      const watcher = lan.speaker('node-2');
      watcher.tell({ type: 'leaseRenewed', node: 'node-1' });
      await watcher.event((event) => event.type === 'pulsesBlocked' && event.blocked, from.get('node-2'));
      assertQuiet(lan, from);
      for (const rule of [...rules.map((one) => `del ${one}`), 'add pref 0 lookup local', 'del pref 50']) {
        await owner.ip(`rule ${rule}`);
      }
      await watcher.event((event) => event.type === 'pulsesBlocked' && !event.blocked, from.get('node-2'));
      assertQuiet(lan, from);
    });

    test('a node whose link loses its carrier hands over what it answers there, at once', async () => {
      const from = marks(lan);
      const owner = ownerOf(lan, second);
      await owner.ip('link set eth1 down');
      const take = await successor(lan, second, owner, from);
      assert.deepEqual([take.reason, take.from], ['ownerUnfit', owner.node]);
      const gaveUp = await owner.event((event) => event.type === 'gaveUp', from.get(owner.node));
      assert.ok(gaveUp.event.type === 'gaveUp' && gaveUp.event.reason === 'noInterface');
      await owner.ip('link set eth1 up');
    });

    test('a node that was stopped does not answer any more what others have taken meanwhile', async () => {
      const from = marks(lan);
      const owner = ownerOf(lan, vip);
      await owner.suspend();
      const frames = lan.client.frames.length;
      // They wait in its socket until it runs again.
      for (let n = 0; n < 20; n += 1) await lan.client.send(clientLink, request(vip));
      const take = await successor(lan, vip, owner, from);
      assert.deepEqual([take.reason, take.from], ['ownerNotLive', owner.node]);
      for (let n = 0; n < 20; n += 1) await lan.client.send(clientLink, request(vip));
      await pause(500);
      owner.signal('SIGCONT');
      await owner.event((event) => event.type === 'gaveUp' && event.ip === vip, from.get(owner.node));
      await owner.tick();
      const macs = lan.answersFor(vip, frames).map(macOf);
      assert.ok(macs.length >= 20, `${macs.length} answers`);
      assert.deepEqual([...new Set(macs)], [take.speaker.mac]);
    });

    test('a dead owner is replaced, announced and answered for while the main threads of all others are blocked', async () => {
      const owner = ownerOf(lan, vip);
      const others = lan.speakers.filter((speaker) => speaker !== owner);
      await settled(lan);
      await Promise.all(others.map((speaker) => speaker.blockMain(blockedMs)));
      const from = marks(lan);
      const frames = lan.client.frames.length;
      await owner.suspend();
      const announced = await lan.client.waitFor(
        ({ hex }) => others.some(({ mac }) => hex === announcement(vip, mac)),
        frames,
      );
      await lan.client.send(clientLink, request(vip));
      await lan.client.waitFor((frame) => lan.answersFor(vip, frames).includes(frame), frames);
      const told = others.map(({ node, events }) => events.length - (from.get(node) ?? 0));
      assert.deepEqual(told, [0, 0], 'the main threads know nothing of it yet');
      const take = await successor(lan, vip, owner, from);
      assert.deepEqual([take.reason, take.speaker.mac], ['ownerNotLive', macOf(announced)]);
      owner.signal('SIGCONT');
      await settled(lan);
    });

    test('one that leaves answers until another does, so that no request is lost', async () => {
      const from = marks(lan);
      const owner = ownerOf(lan, vip);
      const frames = lan.client.frames.length;
      let asked = 0;
      const ask = async (): Promise<void> => {
        asked += 1;
        await lan.client.send(clientLink, request(vip));
      };
      await ask();
      owner.tell({ type: 'leave' });
      while (owner.count('drained', from.get(owner.node)) === 0) await ask();
      for (let n = 0; n < 20; n += 1) await ask();
      const take = await successor(lan, vip, owner, from);
      assert.equal(take.reason, 'ownerLeaving');
      await eventually(
        () => (lan.answersFor(vip, frames).length >= asked ? true : undefined),
        () => `${lan.answersFor(vip, frames).length} answers to ${asked} requests`,
      );
      await lan.restart(owner.node);
      lan.apply(vips);
      await settled(lan);
    });

    test('a speaker whose address is not there yet says so, and sends pulses once it is', async () => {
      const late = await lan.startSpeaker(4, { address: '192.0.2.99' });
      const failed = await late.event((event) => event.type === 'pulsePortFailed');
      assert.deepEqual(failed.event, {
        type: 'pulsePortFailed',
        why: 'cannot bind the UDP socket of pulses: EADDRNOTAVAIL',
      });
      lan.apply(vips, [late]);
      assert.equal((await late.tick()).counters['pulses.sent'], 0);
      await late.ip('addr add 192.0.2.99/24 dev eth0');
      const sends = (event: DatapathEvent): boolean =>
        event.type === 'tick' && (event.counters['pulses.sent'] ?? 0) > 0;
      await late.event(sends, late.events.length);
      assert.equal(late.count('pulsePortFailed'), 1);
      await late.stop();
    });

    test('the last one left asks its gateway whether the fault is its own, and takes over all', async () => {
      const owner = ownerOf(lan, vip);
      const survivor = lan.speakers.find((speaker) => speaker !== owner) ?? assert.fail();
      await survivor.ip('route add default via 192.0.2.2');
      await settled(lan);
      const from = marks(lan);
      const frames = lan.client.frames.length;
      for (const speaker of lan.speakers) if (speaker !== survivor) speaker.signal('SIGKILL');
      const take = await successor(lan, vip, owner, from);
      assert.deepEqual([take.speaker.node, take.reason, take.from], [survivor.node, 'ownerNotLive', owner.node]);
      const asked = arpHex({
        to: 'ff:ff:ff:ff:ff:ff',
        from: survivor.mac,
        operation: 1,
        sender: `${survivor.mac} ${survivor.address}`,
        target: '00:00:00:00:00:00 192.0.2.2',
      });
      await lan.client.waitFor(({ hex }) => hex === asked, frames);
    });
  });

  describe('speakers that speak by IPv6', { timeout: 60_000 }, () => {
    const vip6 = '2001:db8::100';
    let lan: WireSpeakers;
    before(async () => {
      lan = await WireSpeakers.start(3, { ipv6: true });
      lan.apply([{ ip: vip6, candidates }]);
      await lan.speaker('node-1').event((event) => event.type === 'tookOver');
      await settled(lan);
    });
    after(() => lan.stop());

    test('a dead owner is followed by the next, which tells all nodes', async () => {
      const from = marks(lan);
      const frames = lan.client.frames.length;
      const owner = lan.speaker('node-1');
      owner.signal('SIGKILL');
      const take = await successor(lan, vip6, owner, from);
      assert.deepEqual([take.speaker.node, take.reason, take.from], ['node-2', 'ownerNotLive', 'node-1']);
      assert.ok(take.afterMs !== undefined && take.afterMs >= 200, `after ${take.afterMs} ms`);
      const announced = ndpHex({
        to: '33:33:00:00:00:01',
        from: take.speaker.mac,
        source: vip6,
        destination: 'ff02::1',
        message: advertisement(vip6, take.speaker.mac, { solicited: false, override: true }),
      });
      await lan.client.waitFor(({ hex }) => hex === announced, frames);
    });

    test('the last one left asks its gateway by a solicitation', async () => {
      const survivor = lan.speaker('node-3');
      await survivor.ip('-6 route add default via 2001:db8::2');
      const from = marks(lan);
      const frames = lan.client.frames.length;
      const owner = lan.speaker('node-2');
      owner.signal('SIGKILL');
      const take = await successor(lan, vip6, owner, from);
      assert.equal(take.speaker, survivor);
      const asked = ndpHex({
        to: '33:33:ff:00:00:02',
        from: survivor.mac,
        source: survivor.address,
        destination: 'ff02::1:ff00:2',
        message: solicitation('2001:db8::2', survivor.mac),
      });
      await lan.client.waitFor(({ hex }) => hex === asked, frames);
    });
  });
}
