import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { type ApiAccess, kubeconfigText } from '../cluster/api/access.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { type Cluster, heraldNamespace, startCluster } from '../cluster/cluster.ts';
import { addMachine, machine } from '../cluster/network/topology.ts';
import { ManagedProcess } from '../cluster/process/managed-process.ts';
import { serviceAccountUser } from '../cluster/role-based-access.ts';
import { startSandbox } from '../cluster/sandbox/sandbox.ts';

const repository = join(import.meta.dirname, '..', '..');
export const distFolder = join(repository, 'dist');
const node = machine('node-a', 11);
/** As setpriority(2) counts. */
const instrumentsNice = -18;
const consequence = 'what measures may have to wait for a processor';
const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

/** Runs the bench with its arguments inside of a sandbox, as root and as an ordinary user alike; returns only there. */
export async function insideBenchSandbox(args: readonly string[]): Promise<void> {
  if (process.env['HERALD_SANDBOX'] !== undefined) return;
  const sandbox = await startSandbox({ program: join(import.meta.dirname, 'main.ts'), args });
  if (getPriority() === instrumentsNice) raiseSession(sandbox.pid);
  process.exit(await sandbox.exited);
}

/** For benches whose instruments must not wait for a processor: called outside of the sandbox, and only root may. */
export function raisePriority(): void {
  if (process.env['HERALD_SANDBOX'] !== undefined) return;
  try {
    setPriority(instrumentsNice);
  } catch {
    console.error(`without root all programs run with the same priority: ${consequence}`);
    return;
  }
}

/** Niceness counts among the programs of one session: the sandbox's as a whole comes before others, too (sched(7), autogroups). */
function raiseSession(leader: number): void {
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(instrumentsNice));
  } catch {
    console.error("the machine's other programs count as much as the bench: what measures may have to wait for them");
  }
}

/** Makes `dist`: what is measured is what is shipped. */
export function buildBundles(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(repository, 'scripts', 'build.ts')], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cannot build the bundles: ${stderr.trim()}`);
}

/** An API server with one node that runs nothing yet, and Herald's configuration. */
export async function startBenchCluster(): Promise<Cluster> {
  const cluster = await startCluster({ nodeNames: [], startHerald: false });
  await addMachine(node);
  await cluster.api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: node.name } });
  await cluster.api.mergePatch(`/api/v1/nodes/${node.name}/status`, {
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const metallb = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
  const pool = { name: 'lan', namespace: heraldNamespace };
  await cluster.api.create(`${metallb}/ipaddresspools`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: pool,
    spec: { addresses: ['10.20.0.0/16'] },
  });
  await cluster.api.create(`${metallb}/l2advertisements`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: pool,
    spec: {},
  });
  return cluster;
}

/** A Service of type LoadBalancer with one endpoint on the node. */
export async function addService(cluster: Cluster, name: string): Promise<void> {
  await cluster.api.create(servicesPath, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
  await cluster.api.create(slicesPath, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.7'], nodeName: node.name, conditions: { ready: true } }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
}

/** The speaker on the node, as it is shipped or from its source. */
export function speakerProcess(cluster: Cluster, folder: string, from: 'bundle' | 'source'): ManagedProcess {
  const access = cluster.controlPlane.access(serviceAccountUser('speaker', heraldNamespace));
  return new ManagedProcess({
    name: `speaker from its ${from}`,
    netns: node.name,
    command: [process.execPath, programPath('speaker', from), '--listen=127.0.0.1:7473'],
    env: { ...environment(access, folder, 'speaker'), NODE_NAME: node.name, HOST_IP: node.ipv4 },
  });
}

export function controllerProcess(cluster: Cluster, folder: string): ManagedProcess {
  const access = cluster.controlPlane.access(serviceAccountUser('controller', heraldNamespace));
  return new ManagedProcess({
    name: 'controller',
    netns: undefined,
    command: [process.execPath, programPath('controller', 'bundle'), '--listen=127.0.0.1:7472'],
    env: environment(access, folder, 'controller'),
  });
}

function programPath(program: string, from: 'bundle' | 'source'): string {
  return from === 'bundle' ? join(distFolder, `${program}.mjs`) : join(repository, program, 'main.ts');
}

function environment(access: ApiAccess, folder: string, name: string): Record<string, string> {
  const kubeconfig = join(folder, `${name}.kubeconfig`);
  writeFileSync(kubeconfig, kubeconfigText(access), { mode: 0o600 });
  return { KUBECONFIG: kubeconfig, POD_NAMESPACE: heraldNamespace, POD_NAME: `${name}-0` };
}
