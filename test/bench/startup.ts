import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { ipBatch } from '../cluster/network/iproute.ts';
import { arpHex } from '../support/wire-frames.ts';
import { WirePeer } from '../support/wire-peer.ts';
import { addService, buildBundles, insideBenchSandbox, speakerProcess, startBenchCluster } from './bench-cluster.ts';
import { atMost, type BenchResult, percentile, rounded } from './bench-result.ts';

const starts = 5;
const askEveryMs = 5;
const patienceMs = 20_000;
const vip = '10.20.0.1';
const peerMac = '02:00:00:00:00:99';
const otherServices = 99;

/** From exec of the speaker to its first answer to an ARP request, on a node with 100 Services, one of them asked for. */
export async function run(): Promise<BenchResult> {
  await insideBenchSandbox(['startup']);
  buildBundles();
  const cluster = await startBenchCluster();
  await addServices(cluster);
  const peer = await startPeer();
  const bundledMs = await measure(cluster, peer, 'bundle');
  const sourceMs = await measure(cluster, peer, 'source');
  peer.stop();
  await cluster.stop();
  return {
    marks: [atMost('speaker from exec to first answer, ms (median of 5 starts)', percentile(bundledMs, 0.5), 1_000)],
    raw: { services: otherServices + 1, bundledMs: bundledMs.map(rounded), sourceMs: sourceMs.map(rounded) },
  };
}

async function addServices(cluster: Cluster): Promise<void> {
  for (let index = 0; index <= otherServices; index += 1) {
    await addService(cluster, `web-${index}`);
    // The controller's part, so that only the speaker is measured.
    await cluster.api.mergePatch(`/api/v1/namespaces/default/services/web-${index}/status`, {
      status: { loadBalancer: { ingress: [{ ip: index === 0 ? vip : `10.20.1.${index}` }] } },
    });
  }
}

async function startPeer(): Promise<WirePeer> {
  const peer = await WirePeer.start();
  await ipBatch(undefined, [
    `link add port-peer type veth peer name peer0 address ${peerMac} netns ${peer.pid}`,
    'link set port-peer master lan up',
  ]);
  await peer.ip('link set peer0 up');
  await peer.open();
  return peer;
}

async function measure(cluster: Cluster, peer: WirePeer, from: 'bundle' | 'source'): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'herald-bench-'));
  const results: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const speaker = speakerProcess(cluster, folder, from);
    const startMs = performance.now();
    speaker.start();
    results.push((await firstAnswer(peer, startMs + patienceMs)) - startMs);
    await speaker.kill('SIGTERM');
  }
  return results;
}

/** Asks until an ARP reply for the VIP comes; when that was. */
async function firstAnswer(peer: WirePeer, untilMs: number): Promise<number> {
  const request = arpHex({
    to: 'ff:ff:ff:ff:ff:ff',
    from: peerMac,
    operation: 1,
    sender: `${peerMac} 10.20.255.254`,
    target: `00:00:00:00:00:00 ${vip}`,
  });
  const seen = peer.frames.length;
  while (performance.now() < untilMs) {
    await peer.send('peer0', request);
    // A reply to us, by Ethernet destination, type and operation.
    const answered = peer.frames.slice(seen).some(({ hex }) => hex.startsWith('020000000099') && isArpReply(hex));
    if (answered) return performance.now();
    await pause(askEveryMs);
  }
  throw new Error(`cannot measure the start: nobody answered for ${vip} within ${patienceMs} ms`);
}

/** RFC 826: type 0x0806 at octet 12, operation 2 at octet 20. */
function isArpReply(hex: string): boolean {
  return hex.slice(24, 28) === '0806' && hex.slice(40, 44) === '0002';
}
