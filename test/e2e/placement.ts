import assert from 'node:assert/strict';
import { type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import { formatAddress } from '../../shared/net/address.ts';
import type { KubeApi } from '../cluster/api/kube-api.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
/** Of the test's own requests to the API server at once. */
const atOnce = 10;

/** Which address each Service is to have, by name. */
export type Placement = ReadonlyMap<string, string>;

/** The n-th address of the pool that `createPool` makes. */
export function nthAddress(n: number): string {
  return formatAddress({ family: 'IPv4', value: (10n << 24n) + (20n << 16n) + BigInt(n) });
}

/** A pool of that many IPv4 addresses, announced everywhere. */
export async function createPool(api: KubeApi, size: number): Promise<void> {
  await api.create(`${resources}/ipaddresspools`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'all' },
    spec: { addresses: [`${nthAddress(0)}-${nthAddress(size - 1)}`] },
  });
  await api.create(`${resources}/l2advertisements`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: { name: 'all' },
  });
}

/**
 * Creates Services that ask for no address in particular, one after the other, and returns which one each is to have if
 * the pool is free: the longest waiting gets the lowest, and of those created within one second the first by name.
 */
export async function createServices(api: KubeApi, count: number): Promise<Placement> {
  const placement = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const name = `web-${String(index).padStart(4, '0')}`;
    await api.create(servicesPath, loadBalancerService({ name }));
    placement.set(name, nthAddress(index));
  }
  return placement;
}

/**
 * Deletes Services and creates them anew, each asking for the address of the next one, which may not be free yet;
 * returns the placement from then on.
 */
export async function rotateServices(api: KubeApi, before: Placement, names: readonly string[]): Promise<Placement> {
  const next = new Map(names.map((name, index) => [name, before.get(names[(index + 1) % names.length] ?? '') ?? '']));
  await forEach(names, async (name) => {
    await api.delete(`${servicesPath}/${name}`);
    const annotations = { 'metallb.io/loadBalancerIPs': next.get(name) ?? '' };
    await api.create(servicesPath, loadBalancerService({ name, annotations }));
  });
  return new Map([...before, ...next]);
}

/** Waits until every Service has its address and no other, and the pool counts them. */
export async function placed(api: KubeApi, expected: Placement, poolSize: number, timeoutMs = 40_000): Promise<void> {
  const wanted = Object.fromEntries([...expected].map(([name, address]) => [name, [address]]));
  let is: Readonly<Record<string, readonly string[]>> = {};
  await eventually(
    `${expected.size} Services with an address`,
    async () => {
      is = Object.fromEntries((await loadBalancers(api)).map((each) => [nameOf(each), addressesOf(each)]));
      return Object.values(is).every((addresses) => addresses.length > 0) || undefined;
    },
    timeoutMs,
  );
  // What was doubled or moved may be put right a moment later: it counts as a fault all the same.
  assert.deepEqual(sorted(is), sorted(wanted));
  const counters = { assignedIPv4: expected.size, availableIPv4: poolSize - expected.size };
  await eventually(`pool counters ${JSON.stringify(counters)}`, async () => {
    const { assignedIPv4, availableIPv4 } = readObject(await api.get(`${resources}/ipaddresspools/all`), 'status');
    if (assignedIPv4 === counters.assignedIPv4 && availableIPv4 === counters.availableIPv4) return true;
    throw new Error(`they are ${assignedIPv4} and ${availableIPv4}`);
  });
}

/** How often each event on a Service was told: `name uid reason message` and a count. */
export async function toldEvents(api: KubeApi): Promise<ReadonlyMap<string, number>> {
  const told = new Map<string, number>();
  for (const event of await api.list('/api/v1/namespaces/default/events')) {
    const regarding = readObject(event, 'involvedObject');
    if (regarding['kind'] !== 'Service') continue;
    const what = `${readString(event, 'reason')} ${readString(event, 'message')}`;
    const key = `${readString(regarding, 'name')} ${readString(regarding, 'uid')} ${what}`;
    told.set(key, (told.get(key) ?? 0) + Number(event['count'] ?? 1));
  }
  return told;
}

/** Does something for each item, a few at once. */
async function forEach<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function loadBalancers(api: KubeApi): Promise<readonly JsonObject[]> {
  const services = await api.list(servicesPath);
  return services.filter((service) => readObject(service, 'spec')['type'] === 'LoadBalancer');
}

function nameOf(service: JsonObject): string {
  return readString(readObject(service, 'metadata'), 'name') ?? '';
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
