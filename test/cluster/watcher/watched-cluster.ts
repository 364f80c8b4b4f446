import { loadBalancerService, servicesPath } from '../api/load-balancer-service.ts';
import { waitForAddresses } from '../api/service-addresses.ts';
import { type Cluster, type ClusterOptions, heraldNamespace, startCluster } from '../cluster.ts';
import { eventually } from '../eventually.ts';
import { addMachine, dropLan, machine, macOf } from '../network/topology.ts';
import type { ClusterNode } from '../node.ts';
import { monotonicMs } from '../process/dialogue.ts';
import { speakerMetrics } from '../speaker-metrics.ts';
import { macsSince, succession } from './watch.ts';
import { Watcher } from './watcher.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
const watcherHost = 201;
const settleTimeoutMs = 60_000;
/** Who answers alone for so long is the owner. */
const ownerWindowMs = 150;

/** The Service's addresses. */
export const vips = ['192.168.10.90', '2001:db8:10::90'] as const;

/** A cluster with one Service of both families, and a station on the LAN that watches who answers for its addresses. */
export class WatchedCluster {
  readonly cluster: Cluster;
  readonly watcher: Watcher;
  /** By Ethernet address. */
  readonly #nodes: ReadonlyMap<string, ClusterNode>;

  private constructor(cluster: Cluster, watcher: Watcher, nodes: ReadonlyMap<string, ClusterNode>) {
    this.cluster = cluster;
    this.watcher = watcher;
    this.#nodes = nodes;
  }

  static async start(options: ClusterOptions, askEveryMs: number): Promise<WatchedCluster> {
    const cluster = await startCluster(options);
    try {
      await createService(cluster);
      const watcher = new Watcher(machine('watcher', watcherHost));
      await addMachine(watcher.machine);
      const nodes = await Promise.all(cluster.nodes.map(async (node) => [await macOf(node.name), node] as const));
      await Promise.all([watcher.start(), ...cluster.nodes.map((node) => node.prepareFaults())]);
      await watcher.watch(vips, askEveryMs);
      return new WatchedCluster(cluster, watcher, new Map(nodes));
    } catch (error) {
      console.error(cluster.logs());
      await cluster.stop();
      throw error;
    }
  }

  nodeOf(mac: string): string {
    return this.#nodes.get(mac)?.name ?? mac;
  }

  macOf(node: ClusterNode): string {
    for (const [mac, each] of this.#nodes) if (each === node) return mac;
    throw new Error(`cannot find the Ethernet address of ${node.name}`);
  }

  /** Waits until every running speaker sees all others that run, and one node alone answers for both addresses; that node. */
  settled(): Promise<ClusterNode> {
    return eventually(
      'one owner, and all speakers live',
      async () => {
        const running = this.cluster.nodes.filter(({ speaker }) => speaker.running);
        const metrics = await Promise.all(running.map((node) => speakerMetrics(node.machine)));
        const members = metrics.map((each) => each.get('herald_members{standing="live"}'));
        if (members.some((count) => count !== running.length)) throw new Error(`members seen: ${members.join()}`);
        return this.soleOwner();
      },
      settleTimeoutMs,
    );
  }

  /** Who answers now for both addresses; throws where that is nobody or more than one. */
  async soleOwner(watcher = this.watcher): Promise<ClusterNode> {
    const sinceMs = monotonicMs() - ownerWindowMs;
    const macs = (await watcher.report(sinceMs)).map((watch) => macsSince(watch, sinceMs));
    const [mac = '', ...others] = new Set(macs.flat());
    const owner = this.#nodes.get(mac);
    if (owner !== undefined && others.length === 0 && macs.every((answering) => answering.length > 0)) return owner;
    throw new Error(
      `answering: ${macs.map((each) => each.map((one) => this.nodeOf(one)).join('+') || 'nobody').join(', ')}`,
    );
  }

  /** The nodes in the order in which they answered since then, each change told once; for each address. */
  async successions(sinceMs: number): Promise<readonly (readonly string[])[]> {
    return (await this.watcher.report(sinceMs)).map((watch) => succession(watch).map((mac) => this.nodeOf(mac)));
  }

  async stop(): Promise<void> {
    await this.watcher.process.kill('SIGKILL');
    await this.cluster.stop();
    // The next cluster of this sandbox has machines and networks of the same names.
    const { nodes, client } = this.cluster;
    await dropLan([...nodes.map((node) => node.machine), client.machine, this.watcher.machine]);
  }
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
    spec: { addresses: [`${vips[0]}/32`, `${vips[1]}/128`] },
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
