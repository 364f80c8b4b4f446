import { loadBalancerService, servicesPath } from '../../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../../cluster/api/service-addresses.ts';
import { type Cluster, heraldNamespace, startCluster } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import { run } from '../../cluster/network/iproute.ts';
import { addMachine, dropLan, machine, macOf } from '../../cluster/network/topology.ts';
import type { ClusterNode } from '../../cluster/node.ts';
import { monotonicMs } from '../../cluster/process/dialogue.ts';
import { speakerMetrics } from '../../cluster/speaker-metrics.ts';
import { TrafficSource } from '../../cluster/traffic/traffic-source.ts';
import { macsSince } from '../../cluster/watcher/watch.ts';
import { Watcher } from '../../cluster/watcher/watcher.ts';
import type { Scenario } from './scenario.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
const settleTimeoutMs = 90_000;
/** Who answered for so long is the owner. */
const ownerWindowMs = 150;
export const addresses = ['192.168.10.90', '2001:db8:10::90'] as const;
const nodeNames = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'];

/** A cluster with one Service of both families, a station that watches who answers for it, and a client that uses it. */
export class BenchLan {
  readonly cluster: Cluster;
  readonly watcher: Watcher;
  readonly traffic: TrafficSource;
  /** By Ethernet address. */
  readonly #nodes: ReadonlyMap<string, ClusterNode>;

  private constructor(cluster: Cluster, watcher: Watcher, nodes: ReadonlyMap<string, ClusterNode>) {
    this.cluster = cluster;
    this.watcher = watcher;
    this.traffic = new TrafficSource(cluster.client.machine);
    this.#nodes = nodes;
  }

  static async start(scenario: Scenario, askEveryMs: number): Promise<BenchLan> {
    const cluster = await startCluster({
      nodeNames: nodeNames.slice(0, scenario.nodes),
      backbone: scenario.backbone,
      speakerArgs: speakerArgs(scenario),
    });
    await createService(cluster);
    const watcher = new Watcher(machine('watcher', 201));
    await addMachine(watcher.machine);
    const macs = await Promise.all(cluster.nodes.map(async (node) => [await macOf(node.name), node] as const));
    const bench = new BenchLan(cluster, watcher, new Map(macs));
    await Promise.all([watcher.start(), bench.traffic.start(), ...cluster.nodes.map((node) => node.prepareFaults())]);
    await watcher.watch(addresses, askEveryMs);
    return bench;
  }

  macOf(node: ClusterNode): string {
    const found = [...this.#nodes].find(([, each]) => each === node);
    if (found === undefined) throw new Error(`cannot find the Ethernet address of ${node.name}`);
    return found[0];
  }

  /** Waits until every speaker sees all others, and one node alone answers for both addresses; that node. */
  async settled(): Promise<ClusterNode> {
    return eventually(
      'one owner, and all speakers live',
      async () => {
        const members = await Promise.all(this.cluster.nodes.map((node) => speakerMetrics(node.machine)));
        const seen = members.map((metrics) => metrics.get('herald_members'));
        if (seen.some((count) => count !== this.cluster.nodes.length)) throw new Error(`members seen: ${seen.join()}`);
        const owners = await this.owners();
        if (owners.length !== 1) throw new Error(`owners: ${owners.map(({ name }) => name).join() || 'none'}`);
        return owners[0];
      },
      settleTimeoutMs,
    );
  }

  /** Who answers now, for either address. */
  async owners(): Promise<readonly ClusterNode[]> {
    const sinceMs = monotonicMs() - ownerWindowMs;
    const watches = await this.watcher.report(sinceMs);
    const macs = watches.map((watch) => macsSince(watch, sinceMs));
    if (macs.some((answering) => answering.length === 0)) return [];
    return [...new Set(macs.flat())].flatMap((mac) => this.#nodes.get(mac) ?? []);
  }

  /** Empties the client's neighbour cache. */
  async forgetNeighbours(): Promise<void> {
    for (const address of addresses) {
      await run(this.cluster.client.machine.name, ['ip', 'neigh', 'flush', 'to', address]);
    }
  }

  /** The client's kernel has learned both addresses, and they are that node's. */
  async assertServedBy(node: ClusterNode): Promise<void> {
    const mac = this.macOf(node);
    for (const address of addresses) {
      const learned = await this.cluster.client.neighbour(address);
      if (learned !== mac)
        throw new Error(`${address} is at ${learned} for the client, but ${node.name} answers for it`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.watcher.process.kill('SIGKILL'), this.traffic.process.kill('SIGKILL')]);
    await this.cluster.stop();
    // The next cluster of this sandbox has machines and networks of the same names.
    const { nodes, client } = this.cluster;
    await dropLan([...nodes.map((node) => node.machine), client.machine, this.watcher.machine]);
  }
}

/** Only what differs from the defaults. */
function speakerArgs({ intervalMs, multiplier }: Scenario): readonly string[] {
  return [
    ...(intervalMs === 100 ? [] : [`--pulse-interval-ms=${intervalMs}`]),
    ...(multiplier === 3 ? [] : [`--pulse-multiplier=${multiplier}`]),
  ];
}

/**
 * Announced on eth0 alone. Each node serves from its own endpoint, so that none is asked which has died: how soon
 * endpoints are taken off is Kubernetes' part.
 */
async function createService({ api }: Cluster): Promise<void> {
  await api.create(`${resources}/ipaddresspools`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'lan' },
    spec: { addresses: [`${addresses[0]}/32`, `${addresses[1]}/128`] },
  });
  await api.create(`${resources}/l2advertisements`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: { name: 'lan' },
    spec: { interfaces: ['eth0'] },
  });
  const spec = { externalTrafficPolicy: 'Local' };
  await api.create(servicesPath, loadBalancerService({ name: 'web', ipFamilyPolicy: 'RequireDualStack', spec }));
  await waitForAddresses(api, 'web', 2);
}
