import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readObject } from '../../shared/api/json.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { run as runCommand } from '../cluster/network/iproute.ts';
import type { ManagedProcess } from '../cluster/process/managed-process.ts';
import {
  addService,
  buildBundles,
  controllerProcess,
  insideBenchSandbox,
  speakerProcess,
  startBenchCluster,
} from './bench-cluster.ts';
import { atMost, type BenchResult, rounded } from './bench-result.ts';

const manyServices = 1_000;
const settleMs = 10_000;
const createdAtOnce = 20;
const speakerUrl = 'http://127.0.0.1:7473/metrics';
const controllerUrl = 'http://127.0.0.1:7472/metrics';

interface Footprint {
  /** As the kernel counts it (proc(5), VmRSS), without files of the runtime that other processes share: RssAnon. */
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly peakMb: number;
  readonly heapUsedMb: number;
  readonly heapTotalMb: number;
  readonly externalMb: number;
}

/** Resident memory of both programs, as they are shipped, with no Service and with 1,000 that are announced. */
export async function run(): Promise<BenchResult> {
  await insideBenchSandbox(['memory']);
  buildBundles();
  const runtimeMb = await bareRuntimeMb();
  const cluster = await startBenchCluster();
  const folder = mkdtempSync(join(tmpdir(), 'herald-bench-'));
  const speaker = speakerProcess(cluster, folder, 'bundle');
  const controller = controllerProcess(cluster, folder);
  speaker.start();
  controller.start();
  await pause(settleMs);
  const none = await footprints(speaker, controller);
  for (let index = 0; index < manyServices; index += createdAtOnce) {
    const names = Array.from({ length: createdAtOnce }, (_, offset) => `web-${index + offset}`);
    await Promise.all(names.map((name) => addService(cluster, name)));
  }
  await eventually('all Services are announced', () => allAnnounced(cluster), 120_000);
  await pause(settleMs);
  const many = await footprints(speaker, controller);
  await Promise.all([speaker.kill('SIGTERM'), controller.kill('SIGTERM')]);
  await cluster.stop();
  return {
    marks: [
      atMost(`RSS of the speaker with ${manyServices} Services, MB`, many.speaker.rssMb, 130),
      atMost(`RSS of the controller with ${manyServices} Services, MB`, many.controller.rssMb, 120),
    ],
    raw: { bareRuntimeMb: rounded(runtimeMb), withoutServices: none, withServices: many },
  };
}

async function footprints(speaker: ManagedProcess, controller: ManagedProcess) {
  return {
    speaker: footprint(speaker, await runCommand('node-a', fetchCommand(speakerUrl))),
    controller: footprint(controller, await runCommand(undefined, fetchCommand(controllerUrl))),
  };
}

/** The metrics are served on the program's own loopback. */
function fetchCommand(url: string): readonly string[] {
  return [process.execPath, '--eval', `fetch('${url}').then((r) => r.text()).then((t) => process.stdout.write(t))`];
}

function footprint(process: ManagedProcess, metrics: string): Footprint {
  const status = statusOf(process.pid);
  const bytes = (name: string): number => rounded(Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]) / 1e6);
  return {
    rssMb: status('VmRSS'),
    anonymousMb: status('RssAnon'),
    peakMb: status('VmHWM'),
    heapUsedMb: bytes('nodejs_heap_size_used_bytes'),
    heapTotalMb: bytes('nodejs_heap_size_total_bytes'),
    externalMb: bytes('nodejs_external_memory_bytes'),
  };
}

/** proc(5): kB are KiB. */
function statusOf(pid: number | undefined): (name: string) => number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (name) => rounded((Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024) / 1e6);
}

async function bareRuntimeMb(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await pause(1_000);
  const rssMb = statusOf(child.pid)('VmRSS');
  child.kill('SIGKILL');
  return rssMb;
}

async function allAnnounced(cluster: Cluster): Promise<true | undefined> {
  const statuses = await cluster.api.list(`/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/servicel2statuses`);
  const written = statuses.filter((status) => readObject(status, 'status')['node'] !== undefined).length;
  if (written < manyServices) return undefined;
  const services = await cluster.api.list(servicesPath);
  const conditions = services.filter((service) => JSON.stringify(service).includes('"herald/Announced"')).length;
  return conditions >= manyServices ? true : undefined;
}
