import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runsFromSources } from '../cluster/image/from-sources.ts';
import { Dialogue } from '../cluster/process/dialogue.ts';
import { ManagedProcess } from '../cluster/process/managed-process.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { macsSince, unanswered } from '../cluster/watcher/watch.ts';
import type { WatchAnswer, WatchRequest } from '../cluster/watcher/watch-message.ts';
import { ip } from '../support/wire-namespace.ts';
import { eventually } from '../support/wire-peer.ts';
import { clientLink, WireSpeakers } from '../support/wire-speakers.ts';

/** One alone is handed over before its membership is reported, and 40 are more than are joined at once. */
const counts = [1, 40];
const candidates = ['node-1', 'node-2'];
/** Closer than the ticks in which kernels report memberships. */
const askEveryMs = 1;
const patienceMs = 100;

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** A station on the LAN, at the client's place, that asks over and over. */
async function startWatcher(lan: WireSpeakers): Promise<ManagedProcess> {
  const main = join(import.meta.dirname, '..', 'cluster', 'watcher', 'main.ts');
  const watcher = new ManagedProcess({
    name: 'watcher',
    netns: undefined,
    command: ['nsenter', `--net=/proc/${lan.client.pid}/ns/net`, process.execPath, main, clientLink],
    ipc: true,
  });
  watcher.start();
  await watcher.waitForLine(/watcher ready/, 10_000);
  return watcher;
}

/** The switch forwards multicasts only to who has joined (RFC 4541), and asks for that itself: so it needs an address. */
async function snoop(): Promise<void> {
  await eventually(
    () => (ip('-6 -o addr show dev lan0 scope link -tentative') === '' ? undefined : true),
    () => 'the switch has no address',
  );
  // Believed from then on.
  ip('link set lan0 type bridge mcast_query_response_interval 10');
  ip('link set lan0 type bridge mcast_snooping 1 mcast_mld_version 2 mcast_querier 1');
}

/** Solicitations for what another node owns do not come to this one any more. */
async function spared(lan: WireSpeakers, node: string): Promise<void> {
  const seen = async (): Promise<number> => (await lan.speaker(node).tick()).counters['ndp.notOwner'] ?? 0;
  let before = await seen();
  for (let now = await seen(); now > before; now = await seen()) before = now;
}

if (await insideSandbox(import.meta.filename)) {
  runsFromSources('datapath threads without a speaker around: from the sources');
  for (const count of counts) {
    describe(`behind a switch that snoops, ${count} addresses`, { timeout: 60_000 }, () => {
      // They share their solicited-node groups with no address of a speaker.
      const addresses = Array.from({ length: count }, (_, n) => `2001:db8::${(0x1000 + n).toString(16)}`);
      const last = addresses.at(-1) ?? '';
      let lan: WireSpeakers;
      let watcher: ManagedProcess;
      before(async () => {
        lan = await WireSpeakers.start(2);
        watcher = await startWatcher(lan);
      });
      after(async () => {
        await watcher.kill('SIGKILL');
        await lan.stop();
      });

      test('one that leaves answers until solicitations come to the next one', async () => {
        const dialogue = new Dialogue<WatchRequest, WatchAnswer>(watcher);
        dialogue.listen();
        await snoop();
        const [owner, heir] = [lan.speaker('node-1'), lan.speaker('node-2')];
        lan.apply(addresses.map((each) => ({ ip: each, candidates })));
        await owner.event((event) => event.type === 'tookOver' && event.ip === last);
        await dialogue.ask({ type: 'watch', addresses: [last], everyMs: askEveryMs });
        await spared(lan, 'node-2');
        await dialogue.ask({ type: 'watch', addresses: [last], everyMs: askEveryMs });
        await pause(patienceMs);
        owner.tell({ type: 'leave' });
        await owner.event(({ type }) => type === 'drained');
        await pause(2 * patienceMs);
        const watches = await dialogue.ask({ type: 'report' });
        const requests = watches.reduce((sum, watch) => sum + watch.requests.length, 0);
        assert.ok(requests > 100, `${requests} requests`);
        assert.deepEqual(
          watches.map((watch) => unanswered(watch, patienceMs)),
          [0],
        );
        const lastMs = Math.max(...watches.map((watch) => watch.requests.at(-1) ?? 0));
        const macs = watches.flatMap((watch) => macsSince(watch, lastMs - patienceMs));
        assert.deepEqual([...new Set(macs)], [heir.mac]);
      });
    });
  }
}
