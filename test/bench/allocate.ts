import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type JsonObject, readObject, readObjects } from '../../shared/api/json.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import type { ManagedProcess } from '../cluster/process/managed-process.ts';
import { AddressWatch, AllocateCluster, createService, manyAtOnce } from './allocate-cluster.ts';
import { buildBundles, insideBenchSandbox } from './bench-cluster.ts';
import { atMost, type BenchResult, percentile, rounded } from './bench-result.ts';
import { decisionMarks, measureDecisions } from './decision-costs.ts';

const services = 10_000;
/** As many as the controller writes at once by default. */
const connections = 32;
const turns = 3;
const latencySamples = 300;
const starts = 3;
const settleMs = 3_000;
const pollMs = 20;
const patienceMs = 60_000;

/** What allocating costs: decisions alone, and the controller beside the API server's stand-in. */
export async function run(): Promise<BenchResult> {
  await insideBenchSandbox(['allocate']);
  buildBundles();
  const cluster = await measureCluster();
  const decisions = await measureDecisions();
  return { marks: [...decisionMarks(decisions), ...cluster.marks], raw: { ...cluster.raw, decisions } };
}

async function measureCluster(): Promise<BenchResult> {
  const cluster = await AllocateCluster.start();
  const controller = cluster.controller(connections);
  try {
    await manyAtOnce(services, connections, (index) => createService(cluster.api, nameOf(index)));
    const throughput: Turn[] = [];
    while (throughput.length < turns) throughput.push(await turn(cluster, controller));
    const latencyMs = await measureLatency(cluster);
    const afterBurstMb = residentMb(controller);
    const adoptedMs = await measureStarts(controller);
    await pause(settleMs);
    const adoptedMb = residentMb(controller);
    const ratio = percentile(
      throughput.map(({ addressedMs, barePatchesMs }) => addressedMs / barePatchesMs),
      0.5,
    );
    return {
      marks: [
        atMost(`${services} pending Services beside as many bare patches (median of ${turns})`, ratio, 1.5),
        atMost(`create to address with ${services} present, p50, ms`, percentile(latencyMs, 0.5), 20),
        atMost(`create to address with ${services} present, p99, ms`, percentile(latencyMs, 0.99), 60),
        atMost(`RSS of the controller with ${services} Services, MB`, Math.max(afterBurstMb, adoptedMb), 200),
        atMost(
          `exec to adopted with ${services} assigned, ms (median of ${starts})`,
          percentile(adoptedMs, 0.5),
          3_000,
        ),
      ],
      raw: { connections, throughput, afterBurstMb, adoptedMb, adoptedMs: adoptedMs.map(rounded) },
    };
  } finally {
    await controller.kill('SIGTERM');
    await cluster.stop();
  }
}

interface Turn {
  /** The API server alone takes a status patch for each Service that says what the controller's says. */
  readonly barePatchesMs: number;
  /** The same with nothing but the address in it. */
  readonly addressPatchesMs: number;
  /** From the creation of a pool until all Services, which have waited for one, have their addresses. */
  readonly addressedMs: number;
}

/** Leaves the controller running, and every Service with its address. */
async function turn(cluster: AllocateCluster, controller: ManagedProcess): Promise<Turn> {
  const { api } = cluster;
  const patchAll = async (patchOf: (index: number) => JsonObject): Promise<number> => {
    const startMs = performance.now();
    const patch = (index: number) => api.mergePatch(`${servicesPath}/${nameOf(index)}/status`, patchOf(index));
    await manyAtOnce(services, connections, patch);
    return performance.now() - startMs;
  };
  if (controller.running) {
    await controller.kill('SIGTERM');
    await cluster.removePool();
    await patchAll(() => untouched);
  }
  const addressPatchesMs = await patchAll(addressPatch);
  await patchAll(() => untouched);
  const barePatchesMs = await patchAll(wholePatch);
  await patchAll(() => untouched);

  controller.start();
  await untilAll(api, (service) => conditionsOf(service).length > 0);
  await pause(settleMs);
  const poolMs = performance.now();
  await cluster.addPool();
  const addressedMs = (await untilAll(api, (service) => addressesOf(service).length === 1)) - poolMs;
  return {
    barePatchesMs: rounded(barePatchesMs),
    addressPatchesMs: rounded(addressPatchesMs),
    addressedMs: rounded(addressedMs),
  };
}

function addressPatch(index: number): JsonObject {
  return { status: { loadBalancer: { ingress: [{ ip: addressOf(index), ipMode: 'VIP' }] } } };
}

/** All that the controller writes to a Service that gets its address. */
function wholePatch(index: number): JsonObject {
  const condition = {
    type: 'herald/Allocated',
    status: 'True',
    reason: 'IPAllocated',
    message: `Assigned ${addressOf(index)} from pool lan`,
    observedGeneration: 0,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  return {
    metadata: { annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' } },
    status: { ...readObject(addressPatch(index), 'status'), conditions: [condition] },
  };
}

function addressOf(index: number): string {
  return `10.0.${index >> 8}.${index & 0xff}`;
}

/** As created, but for what the last write left in its metadata. */
const untouched = {
  metadata: { annotations: { 'metallb.io/ip-allocated-from-pool': null } },
  status: { loadBalancer: null, conditions: null },
};

/**
 * Returns a time (`performance.now`) at which all Services were as wanted. Only the one that is served last is asked for
 * until it is; then all are, so that a watch of ours takes nothing from the API server meanwhile.
 */
async function untilAll(api: AllocateCluster['api'], wanted: (service: JsonObject) => boolean): Promise<number> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const askedMs = performance.now();
    if (wanted(await api.get(`${servicesPath}/${nameOf(services - 1)}`))) {
      const listed = await api.list(servicesPath);
      if (listed.filter(wanted).length >= services) return askedMs;
    }
    if (performance.now() > deadlineMs) throw new Error(`not all Services are served within ${patienceMs} ms`);
    await pause(pollMs);
  }
}

async function measureLatency({ api }: AllocateCluster): Promise<readonly number[]> {
  const watch = new AddressWatch(api);
  await pause(settleMs);
  const latencies: number[] = [];
  for (let index = 0; index < latencySamples; index += 1) {
    const name = `late-${index}`;
    const startMs = performance.now();
    latencies.push((await watch.addressed(name, () => createService(api, name))) - startMs);
    await pause(pollMs);
  }
  watch.stop();
  return latencies;
}

/** From exec to having taken over all addresses. Leaves the controller running. */
async function measureStarts(controller: ManagedProcess): Promise<readonly number[]> {
  const results: number[] = [];
  while (results.length < starts) {
    await controller.kill('SIGTERM');
    const { promise, resolve } = Promise.withResolvers<number>();
    const startMs = performance.now();
    controller.start();
    const unsubscribe = controller.onLine((line) => {
      if (line.includes('"event":"adopted"')) resolve(performance.now() - startMs);
    });
    results.push(await promise);
    unsubscribe();
  }
  return results;
}

/** proc(5): kB are KiB. */
function residentMb(process: ManagedProcess): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))?.[1];
  return rounded((Number(kib) * 1024) / 1e6);
}

function conditionsOf(service: JsonObject): readonly JsonObject[] {
  return readObjects(readObject(service, 'status'), 'conditions');
}

function nameOf(index: number): string {
  return `web-${String(index).padStart(5, '0')}`;
}
