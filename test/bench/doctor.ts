import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { JsonObject } from '../../shared/api/json.ts';
import type { KubeApi } from '../cluster/api/kube-api.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { AllocateCluster, manyAtOnce } from './allocate-cluster.ts';
import { buildBundles } from './bench-cluster.ts';
import { atMost, type BenchResult, percentile, rounded } from './bench-result.ts';

const services = 1_000;
const nodes = 20;
const runs = 9;
const connections = 16;
const program = join(import.meta.dirname, '..', '..', 'dist', 'kubectl-herald.mjs');

/** `kubectl herald doctor` from its start to its end, on a sound cluster with 1,000 Services, all of them announced. */
export async function run(): Promise<BenchResult> {
  buildBundles();
  const cluster = await AllocateCluster.start();
  try {
    await fill(cluster);
    const doctorMs: number[] = [];
    for (let count = 0; count < runs; count += 1) doctorMs.push(await timed(cluster, ['doctor']));
    const median = percentile(doctorMs, 0.5);
    return {
      marks: [atMost(`doctor with ${services} Services, ms (slowest of ${runs})`, Math.max(...doctorMs), 2_000)],
      raw: {
        services,
        nodes,
        doctorMs: doctorMs.map(rounded),
        medianMs: rounded(median),
      },
    };
  } finally {
    await cluster.stop();
  }
}

async function fill(cluster: AllocateCluster): Promise<void> {
  const { api } = cluster;
  await cluster.addPool();
  const ours = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
  await api.create(`${ours}/l2advertisements`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: { name: 'all', namespace: heraldNamespace },
    spec: {},
  });
  await addWorkloads(api);
  await addLease(api, 'herald-controller', 'controller-0');
  for (let index = 0; index < nodes; index += 1) await addNode(api, `node-${index}`);
  await manyAtOnce(services, connections, (index) => addService(api, index));
}

async function addService(api: KubeApi, index: number): Promise<void> {
  const name = `web-${index}`;
  const annotations = { 'metallb.io/ip-allocated-from-pool': 'lan' };
  await api.create(servicesPath, loadBalancerService({ name, annotations }));
  const conditions = [
    { type: 'herald/Announced', status: 'True', reason: 'owner', message: '', lastTransitionTime: time() },
  ];
  const ingress = [{ ip: `10.1.${index >> 8}.${index & 0xff}`, ipMode: 'VIP' }];
  await api.mergePatch(`${servicesPath}/${name}/status`, { status: { loadBalancer: { ingress }, conditions } });
  await api.create('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.1'], nodeName: `node-${index % nodes}`, conditions: { ready: true } }],
    ports: [],
  });
}

async function addNode(api: KubeApi, name: string): Promise<void> {
  await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  await api.mergePatch(`/api/v1/nodes/${name}/status`, { status });
  const interfaces = JSON.stringify([{ name: 'eth0', carrier: true, onlyIfNamed: false }]);
  await addLease(api, `speaker-${name}`, name, { 'herald/interfaces': interfaces });
}

/** Nobody renews it: it lasts for the whole bench. */
async function addLease(
  api: KubeApi,
  name: string,
  holderIdentity: string,
  annotations: JsonObject = {},
): Promise<void> {
  const labels = name.startsWith('speaker-') ? { 'app.kubernetes.io/component': 'speaker' } : {};
  await api.create(`/apis/coordination.k8s.io/v1/namespaces/${heraldNamespace}/leases`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, labels, annotations },
    spec: { holderIdentity, leaseDurationSeconds: 3_600, renewTime: time().replace('Z', '.000000Z') },
  });
}

async function addWorkloads(api: KubeApi): Promise<void> {
  for (const { kind, component } of [
    { kind: 'Deployment', component: 'controller' },
    { kind: 'DaemonSet', component: 'speaker' },
  ]) {
    const labels = { 'app.kubernetes.io/name': 'herald', 'app.kubernetes.io/component': component };
    const containers = [{ name: component, image: 'herald-lb', args: [`${component}.mjs`] }];
    await api.create(`/apis/apps/v1/namespaces/${heraldNamespace}/${kind.toLowerCase()}s`, {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: `herald-${component}`, labels },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: `herald-${component}`, containers } },
      },
    });
  }
}

/** Runs it once; refuses a figure of a run that found something. */
function timed(cluster: AllocateCluster, args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args, '--kubeconfig', cluster.kubeconfig], (error, stdout, stderr) => {
      const tookMs = performance.now() - startMs;
      if (error === null) resolve(tookMs);
      else reject(new Error(`cannot measure ${args.join(' ')}: it says ${stdout}${stderr}`));
    });
  });
}

function time(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
