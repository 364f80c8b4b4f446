import type { Cluster } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import { ipBatch, run } from '../../cluster/network/iproute.ts';
import { Recorder } from '../../cluster/network/recorded-messages.ts';
import type { ClusterNode } from '../../cluster/node.ts';
import { TrafficSource } from '../../cluster/traffic/traffic-source.ts';
import { vips, WatchedCluster } from '../../cluster/watcher/watched-cluster.ts';
import type { Scenario } from './scenario.ts';

const warmUpUses = 10;
const nodeNames = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'];

/** A scenario's cluster, the station that watches who answers, and a client that uses the Service. */
export interface BenchLan {
  readonly watched: WatchedCluster;
  readonly traffic: TrafficSource;
  readonly recorder: Recorder;
}

export async function startBenchLan(scenario: Scenario, askEveryMs: number): Promise<BenchLan> {
  const { nodes, backbone } = scenario;
  const options = { nodeNames: nodeNames.slice(0, nodes), backbone, speakerArgs: speakerArgs(scenario) };
  const watched = await WatchedCluster.start(options, askEveryMs);
  const traffic = new TrafficSource(watched.cluster.client.machine);
  await traffic.start();
  return { watched, traffic, recorder: new Recorder() };
}

export async function stopBenchLan({ watched, traffic, recorder }: BenchLan): Promise<void> {
  recorder.stop();
  await traffic.process.kill('SIGKILL');
  await watched.stop();
}

/**
 * Has the client use the addresses at every node. What stands in for kube-proxy runs in user space, and is slow at first
 * use: that must not be taken for a gap when the addresses move there.
 */
export async function warmUp({ watched }: BenchLan): Promise<void> {
  const { client, nodes } = watched.cluster;
  const neighbour = (verb: string, rest: string): readonly string[] =>
    vips.map((vip) => `neigh ${verb} ${vip} ${rest} dev eth0`);
  for (const node of nodes) {
    await ipBatch(client.machine.name, neighbour('replace', `lladdr ${watched.macOf(node)} nud permanent`));
    for (let use = 0; use < warmUpUses; use += 1) {
      for (const vip of vips) await eventually(`${node.name} serves ${vip}`, () => useOnce(watched.cluster, vip));
    }
  }
  await ipBatch(client.machine.name, neighbour('del', ''));
}

/** A datagram may get lost where a link has just come up. */
async function useOnce({ client }: Cluster, vip: string): Promise<true> {
  await client.udpEcho(vip, 80, 'warm-up');
  await client.fetch(vip, 80);
  return true;
}

/** Empties the client's neighbour cache of the addresses. */
export async function forgetNeighbours({ watched }: BenchLan): Promise<void> {
  const { name } = watched.cluster.client.machine;
  for (const vip of vips) await run(name, ['ip', 'neigh', 'flush', 'to', vip]);
}

/** Waits until the client's kernel has learned both addresses, which must be that node's: else no fault there is noticed. */
export async function assertServedBy({ watched }: BenchLan, node: ClusterNode): Promise<void> {
  const { client } = watched.cluster;
  for (const vip of vips) {
    const mac = await eventually(`the client finds ${vip}`, () => client.neighbour(vip));
    const learned = watched.nodeOf(mac);
    if (learned === node.name) continue;
    throw new Error(`cannot measure: the client has ${vip} at ${learned}, not at ${node.name}`);
  }
}

/** Only what differs from the defaults. */
function speakerArgs({ intervalMs, multiplier }: Scenario): readonly string[] {
  return [
    ...(intervalMs === 100 ? [] : [`--pulse-interval-ms=${intervalMs}`]),
    ...(multiplier === 3 ? [] : [`--pulse-multiplier=${multiplier}`]),
  ];
}
