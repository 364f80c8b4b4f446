import { readObject, readString } from '../../../shared/api/json.ts';
import { loadBalancerService, servicesPath } from '../api/load-balancer-service.ts';
import { waitForAddresses } from '../api/service-addresses.ts';
import { type Cluster, heraldNamespace } from '../cluster.ts';
import { eventually } from '../eventually.ts';
import { macOf } from '../network/topology.ts';
import { advertisement, pool } from './manifests.ts';
import { acceptTable, printTable } from './table.ts';

const patienceMs = 30_000;

/** From a manifest to a client's page, each step told as it is done; returns the Service's addresses. */
export async function runMainJob(cluster: Cluster, say: (line: string) => void): Promise<readonly string[]> {
  const { api, client } = cluster;
  const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
  await api.create(`${resources}/ipaddresspools`, pool);
  await api.create(`${resources}/l2advertisements`, advertisement);
  say('IPAddressPool and L2Advertisement "default" created');
  await api.create(servicesPath, loadBalancerService({ name: 'web', ipFamilyPolicy: 'RequireDualStack' }));
  say('Service "web" of type LoadBalancer created');

  const addresses = await waitForAddresses(api, 'web', 2);
  say(`Service "web" has its addresses: ${addresses.join(' and ')}`);
  await eventually(
    'every kube-proxy forwards for the addresses',
    () =>
      cluster.nodes.every((node) => node.proxy.lastLines(5).some((line) => line.includes(addresses[0] ?? ''))) ||
      undefined,
    patienceMs,
  );

  await eventually('every speaker holds its lease', () => allSpeakersLive(cluster), patienceMs);
  say(`speakers live on ${cluster.nodes.map((node) => node.name).join(', ')}`);

  const pages: string[] = [];
  for (const address of addresses) {
    const page = await eventually(`a page from ${address}`, () => client.fetch(address, 80, 1500), patienceMs);
    const mac = (await client.neighbour(address)) ?? 'nobody';
    const owner = (await nodeWithMac(cluster, mac)) ?? 'no node of ours';
    say(`client fetched the page at ${address} in ${page.tookMs} ms; ${mac} answered for it, which is ${owner}`);
    pages.push(`http://${address.includes(':') ? `[${address}]` : address}/: ${page.body.trimEnd()}`);
  }
  const table = await api.get(servicesPath, { accept: acceptTable });
  console.log(`\n$ kubectl get svc\n${printTable(table)}\n\nThe client's pages:\n${pages.join('\n')}\n`);
  return addresses;
}

async function allSpeakersLive({ api, nodes }: Cluster): Promise<true | undefined> {
  const leases = await api.list(`/apis/coordination.k8s.io/v1/namespaces/${heraldNamespace}/leases`);
  const names = new Set(leases.map((lease) => readString(readObject(lease, 'metadata'), 'name')));
  return nodes.every((node) => names.has(`speaker-${node.name}`)) || undefined;
}

async function nodeWithMac({ nodes }: Cluster, mac: string): Promise<string | undefined> {
  for (const node of nodes) {
    if ((await macOf(node.name)) === mac) return node.name;
  }
  return undefined;
}
