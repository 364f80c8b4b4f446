import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocatedVerdict } from '../../controller/allocated-verdict.ts';
import { type EndpointSlice, endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { configFromResources } from '../../shared/config/from-resources.ts';
import type { Config } from '../../shared/config/model.ts';
import { AnnounceableServices } from '../../speaker/announceable-services.ts';
import type { Vip } from '../../speaker/datapath/table.ts';
import { ElectionOrders } from '../../speaker/election-orders.ts';
import { holdersOf } from '../../speaker/holders.ts';
import type { MemberFacts } from '../../speaker/membership/membership.ts';
import { makePlan } from '../../speaker/plan.ts';
import { tableOfPlan } from '../../speaker/table-of-plan.ts';
import { AllocationWorld, heldOf } from '../../test/support/allocation-world.ts';
import { advertisementObject, clusterNowMs, clusterOf, leaseObject } from '../../test/support/cluster-objects.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { eth0, speaker } from '../../test/support/plan-world.ts';
import { type PoolLayout, poolLayout, poolsOf } from '../../test/support/pool-layouts.ts';
import { poolManifest } from '../../test/support/pool-manifest.ts';
import { serviceManifest } from '../../test/support/service-manifest.ts';
import { manifestOf, type WrittenWish, writtenWish } from '../../test/support/wishes.ts';
import type { Cluster } from '../cluster.ts';
import { decideCluster } from '../decisions/decided.ts';
import type { ExplainReport } from './explain-report.ts';
import { explainService } from './explain-service.ts';

const numRuns = 500;
const nodeNames = ['node-a', 'node-b', 'node-c', 'node-d'] as const;
type NodeName = (typeof nodeNames)[number];

interface Surroundings {
  readonly advertisements: readonly JsonObject[];
  readonly speakers: Readonly<Partial<Record<NodeName, MemberFacts>>>;
  /** Nodes with endpoints of the Service, by its place in the order of keys; a Service behind the last has those of it. */
  readonly endpoints: readonly (readonly NodeName[])[];
  readonly excluded: readonly NodeName[];
  readonly failback: 'always' | 'never';
  /** Who says that it holds a Service, by its place in the order of keys. */
  readonly holders: readonly (NodeName | undefined)[];
}

type Step = { readonly wish: WrittenWish } | { readonly layout: PoolLayout };

const wish = fc.record({ wish: writtenWish(8) });
const layout = fc.record({ layout: poolLayout });
const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    layout,
    fc.array(fc.oneof({ weight: 5, arbitrary: wish }, { weight: 1, arbitrary: layout }), { maxLength: 12 }),
  )
  .map(([first, others]) => [first, ...others]);

const byName = (name: NodeName) => ({ matchLabels: { 'kubernetes.io/hostname': name } });
const advertisementSpec = fc.record(
  {
    ipAddressPools: fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
    nodeSelectors: fc.subarray(nodeNames.map(byName)),
    interfaces: fc.subarray(['eth0', 'lan1']),
    serviceSelectors: fc.subarray([{ matchLabels: { tier: 'front' } }]),
    preferredNodeSelectors: fc.subarray(nodeNames.map((name) => ({ weight: 10, preference: byName(name) }))),
  },
  { requiredKeys: [] },
);

const downLan = { name: 'lan1', carrier: false, onlyIfNamed: false };

const facts: fc.Arbitrary<MemberFacts> = fc
  .record({
    kubeProxyUnhealthy: fc.constantFrom(false, false, false, true),
    leaving: fc.constantFrom(false, false, false, true),
    interfaces: fc.constantFrom([eth0], [eth0], [eth0], [eth0, downLan], [downLan], []),
  })
  .map((some) => ({ ...speaker, ...some, leaseExpired: false }));

const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  advertisements: fc
    .array(advertisementSpec, { maxLength: 3 })
    .map((specs) =>
      [{}, ...specs].map((spec, index) => advertisementObject(`ad${index}`, spec)).slice(specs.length % 2),
    ),
  speakers: fc.record(Object.fromEntries(nodeNames.map((name) => [name, facts])), { requiredKeys: [] }),
  endpoints: fc.array(fc.subarray([...nodeNames]), { minLength: 1, maxLength: 4 }),
  excluded: fc.constantFrom<readonly NodeName[]>([], [], ['node-a']),
  failback: fc.constantFrom('never', 'always'),
  holders: fc.array(fc.constantFrom(undefined, ...nodeNames), { minLength: 8, maxLength: 8 }),
});

/** What the controller has done by then. */
function allocated(history: readonly Step[]): {
  readonly world: AllocationWorld;
  readonly pools: readonly JsonObject[];
} {
  let pools: readonly JsonObject[] = [];
  let nowMs = clusterNowMs - 60_000;
  const world = new AllocationWorld(configOf(pools, []));
  for (const step of history) {
    nowMs += 1_000;
    if ('wish' in step) world.put(step.wish.wish.key, serviceManifest(manifestOf(step.wish)), undefined, nowMs);
    else {
      pools = Object.entries(poolsOf(step.layout)).map(([name, spec]) => poolManifest(name, { ...spec }));
      world.configure(configOf(pools, []), nowMs);
    }
  }
  // Since when a Service waits for its second family no object says: only a controller that starts now knows no more.
  if (world.keys().some((key) => world.decision(key, nowMs)?.incomplete)) world.restart(clusterNowMs);
  return { world, pools };
}

function configOf(pools: readonly JsonObject[], advertisements: readonly JsonObject[]): Config {
  return configFromResources({
    namespace: 'herald-system',
    pools: pools.map(ipAddressPoolResource.parse),
    advertisements: advertisements.map(l2AdvertisementResource.parse),
  }).config;
}

function clusterAround(world: AllocationWorld, pools: readonly JsonObject[], around: Surroundings): Cluster {
  const services = world.services().toSorted((a, b) => (keyOf(a.meta) < keyOf(b.meta) ? -1 : 1));
  const cluster = clusterOf({ pools, advertisements: around.advertisements, leases: [], namespaces: [] });
  return {
    ...cluster,
    services,
    namespaces: world.namespaces(),
    nodes: nodeNames.map((name) =>
      aNode(name, { labels: around.excluded.includes(name) ? { [excludeLabel]: '' } : {} }),
    ),
    endpointSlices: services.map((service, index) =>
      sliceOf(service, around.endpoints.at(index) ?? around.endpoints.at(-1) ?? []),
    ),
    leases: Object.entries(around.speakers).map(([node, said]) =>
      leaseResource.parse(leaseObject(node, { facts: said })),
    ),
    l2Statuses: services.flatMap((service, index) => {
      const node = around.holders[index];
      return node === undefined ? [] : [serviceL2StatusResource.parse(reportOf(service, node))];
    }),
    installation: { ...cluster.installation, failback: around.failback },
  };
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

function sliceOf({ meta }: Service, nodes: readonly string[]): EndpointSlice {
  return endpointSliceResource.parse({
    metadata: { name: meta.name, namespace: meta.namespace, labels: { 'kubernetes.io/service-name': meta.name } },
    endpoints: nodes.map((nodeName) => ({ nodeName })),
  });
}

function reportOf({ meta }: Service, node: string): JsonObject {
  const labels = { 'metallb.io/service-name': meta.name, 'metallb.io/service-namespace': meta.namespace };
  return {
    metadata: { name: `l2-${meta.namespace}-${meta.name}`, namespace: 'herald-system', labels },
    status: { node, serviceName: meta.name, serviceNamespace: meta.namespace, interfaces: [] },
  };
}

/**
 * The addresses that the speakers' datapaths are told of on behalf of a Service, with who may own them and who reports to
 * hold them. One that is shared may be announced for another Service alone.
 */
function vipsBy(
  cluster: Cluster,
  around: Surroundings,
  config: Config,
): (service: ObjectKey, ip: string) => Vip | undefined {
  const speakers = new Map(Object.entries(around.speakers));
  const { services, endpointSlices, nodes } = cluster;
  const memory = { announceable: new AnnounceableServices(config, undefined), orders: new ElectionOrders() };
  const plan = makePlan({ services, endpointSlices, nodes, speakers, ignoreExcludeLabel: false }, memory);
  const holderOf = holdersOf(plan, cluster.l2Statuses);
  const common = {
    plan,
    speakers,
    holderOf,
    version: 1,
    silent: new Map(),
    links: [],
    exclusions: /(?!)/,
    held: new Map(),
  };
  const tables = [...speakers.keys()].map((self) => tableOfPlan({ ...common, self }));
  const vips = new Map(tables.flatMap((table) => table.vips).map((vip) => [vip.ip, vip]));
  const forService = (key: ObjectKey, ip: string) =>
    plan.groups.some((group) => group.services.includes(key) && group.ips.includes(ip));
  return (key, ip) => (forService(key, ip) ? vips.get(ip) : undefined);
}

/** The first candidate that stays; with `failback` never whoever holds it goes on. */
function ownerOf({ candidates, holder }: Vip, { speakers, failback }: Surroundings): string | undefined {
  const staying = candidates.filter((node) => speakers[node as NodeName]?.leaving !== true);
  if (failback === 'never' && holder !== undefined && staying.includes(holder)) return holder;
  return staying[0] ?? candidates[0];
}

function checkAllocation(report: ExplainReport, world: AllocationWorld): void {
  const decision = world.decision(report.service, clusterNowMs);
  assert.ok(decision !== undefined);
  assert.deepEqual(
    report.addresses.map(({ address, pool }) => `${address} of ${pool}`),
    heldOf(decision),
  );
  assert.ok(report.addresses.every(({ written }) => written));
  for (const { pool, gives, reason } of report.pools) {
    assert.equal(
      gives,
      decision.assignments.some((one) => one.pool === pool),
      pool,
    );
    assert.ok(gives || reason !== undefined, pool);
  }
  if (decision.assignments.length > 0) return;
  // Its text is of now; the controller's is of when it last tried, and others may have taken more since.
  assert.equal(report.cause?.reason, allocatedVerdict(decision).reason);
  assert.notEqual(report.cause?.remedy, '');
}

/** Returns how many of its addresses have an owner. */
function checkOwners(report: ExplainReport, vipOf: (ip: string) => Vip | undefined, around: Surroundings): number {
  let owned = 0;
  for (const { address } of report.addresses) {
    const vip = vipOf(address);
    const group = report.groups.find(({ addresses }) => addresses.includes(address));
    const ranked = group?.nodes.filter(({ rank }) => rank !== undefined).map(({ node }) => node);
    assert.deepEqual(ranked ?? [], vip?.candidates ?? [], address);
    assert.equal(group?.owner.decided, vip && ownerOf(vip, around), address);
    assert.deepEqual(
      group?.nodes.map(({ node }) => node).toSorted(),
      [...nodeNames],
      'every node has its rank or reason',
    );
    if (vip === undefined) assert.ok(!report.served, 'what nobody may announce is not served');
    else owned += 1;
  }
  return owned;
}

test('what is explained is what controller and speakers decided', () => {
  const seen = { addresses: 0, none: 0, owned: 0, served: 0 };
  fc.assert(
    fc.property(steps, surroundings, (history, around) => {
      const { world, pools } = allocated(history);
      const cluster = clusterAround(world, pools, around);
      const decided = decideCluster(cluster);
      const vipOf = vipsBy(cluster, around, configOf(pools, around.advertisements));
      for (const service of decided.services) {
        const report = explainService(service, decided);
        checkAllocation(report, world);
        seen.owned += checkOwners(report, (ip) => vipOf(report.service, ip), around);
        seen.addresses += report.addresses.length;
        seen.none += report.addresses.length === 0 ? 1 : 0;
        seen.served += report.served ? 1 : 0;
      }
    }),
    { numRuns },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 30, `${what}: ${count}`);
});
