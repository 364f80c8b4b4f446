import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { macOf } from '../cluster/network/topology.ts';

/** Asks the LAN anew who has an address: the client forgets what it knew, and fetches a page. */
export async function ownerSeenByClient({ client, nodes }: Cluster, address: string, port = 80): Promise<string> {
  await client.forgetNeighbours();
  await client.fetch(address, port, 1500);
  const mac = await client.neighbour(address);
  for (const node of nodes) {
    if ((await macOf(node.name)) === mac) return node.name;
  }
  throw new Error(`${address} was answered for by ${mac}, which is no node`);
}

/**
 * Waits until the client gets a page and the same wanted node answers several times in a row: while an address moves,
 * the one that gives it up may answer a last time. Returns that node.
 */
export async function waitForOwner(cluster: Cluster, address: string, options: OwnerOptions = {}): Promise<string> {
  const { port = 80, is, not, timeoutMs = 20_000 } = options;
  const wanted = is ?? (not === undefined ? 'a node' : `another node than ${not}`);
  let streak: readonly string[] = [];
  return eventually(
    `${wanted} serves ${address}`,
    async () => {
      const previous = streak;
      streak = [];
      const owner = await ownerSeenByClient(cluster, address, port);
      if (owner === not || (is !== undefined && owner !== is)) throw new Error(`${owner} does`);
      streak = previous.includes(owner) ? [...previous, owner] : [owner];
      return streak.length < answersInARow ? undefined : owner;
    },
    timeoutMs,
  );
}

const answersInARow = 5;

export interface OwnerOptions {
  readonly port?: number;
  /** Only this node will do. */
  readonly is?: string;
  /** Any node but this one. */
  readonly not?: string;
  readonly timeoutMs?: number;
}

/** The first address of a Service and the node that answers for it. */
export async function serving(cluster: Cluster, service: string): Promise<{ address: string; owner: string }> {
  const [address = ''] = await waitForAddresses(cluster.api, service);
  return { address, owner: await waitForOwner(cluster, address) };
}
