import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigText } from './api/access.ts';
import { KubeApi } from './api/kube-api.ts';
import { Client } from './client/client.ts';
import { administrators, type ControlPlane } from './control-plane/control-plane.ts';
import { startControlPlane } from './control-plane/start.ts';
import { installCustomResources } from './custom-resources.ts';
import { givenImage, heraldProcess, imageNotice } from './herald-process.ts';
import type { ProxyMode } from './kube-proxy/addresses.ts';
import { backbone, buildLan, lan, machine, machineOfBothNetworks } from './network/topology.ts';
import { ClusterNode } from './node.ts';
import { runEndpointSliceController } from './pods/endpoint-slice-controller.ts';
import type { ManagedProcess } from './process/managed-process.ts';
import { installRoles, serviceAccountUser } from './role-based-access.ts';

export const heraldNamespace = 'herald-system';
export const apiServerPort = 6443;

export interface ClusterOptions {
  readonly nodeNames?: readonly string[];
  /** Nodes reach each other and the API server by a network of their own, beside the one where clients are. */
  readonly backbone?: boolean;
  readonly proxyMode?: ProxyMode;
  /** False leaves Herald's own programs to the caller. */
  readonly startHerald?: boolean;
  /** False leaves the custom resource definitions, the namespace and the roles to the caller too. */
  readonly install?: boolean;
  readonly controllerArgs?: readonly string[];
  readonly speakerArgs?: readonly string[];
  /** Told of each step as it is done. */
  readonly report?: (step: string) => void;
}

const firstNodeHost = 11;
const clientHost = 200;

/** A whole cluster on a LAN with one client. It runs in a sandbox, and ends with it at the latest. */
export interface Cluster {
  readonly controlPlane: ControlPlane;
  readonly nodes: readonly ClusterNode[];
  readonly client: Client;
  readonly controller: ManagedProcess;
  /** The Deployment's second replica; not started. */
  readonly standby: ManagedProcess;
  /** As the administrator. */
  readonly api: KubeApi;
  /** A file for kubectl inside of the sandbox. */
  readonly kubeconfig: string;
  /** For files of the cluster's life. */
  readonly folder: string;
  node(name: string): ClusterNode;
  /** The last output of every process, for a failure's report. */
  logs(linesEach?: number): string;
  stop(): Promise<void>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const report = options.report ?? (() => undefined);
  const image = givenImage();
  if (image !== undefined) console.log(imageNotice(image));
  const nodeNames = options.nodeNames ?? ['node-a', 'node-b', 'node-c'];
  const makeMachine = options.backbone === true ? machineOfBothNetworks : machine;
  const machines = nodeNames.map((name, index) => makeMachine(name, firstNodeHost + index));
  const client = new Client(machine('client', clientHost));
  await buildLan([...machines, client.machine]);
  report(`LAN: bridge, ${nodeNames.join(', ')} and a client`);

  const folder = mkdtempSync(join(tmpdir(), 'herald-cluster-'));
  const { controlPlane, api } = await bringUpControlPlane(folder, options.backbone === true ? backbone.ipv4 : lan.ipv4);
  report(`${controlPlane.kind} API server answers`);

  const stopping = new AbortController();
  if (options.install !== false) report(`CRDs installed: ${(await install(api)).join(', ')}`);

  const nodes = machines.map(
    (each) =>
      new ClusterNode({
        machine: each,
        proxyMode: options.proxyMode ?? 'iptables',
        speakerAccess: controlPlane.access(serviceAccountUser('speaker', heraldNamespace)),
        proxyAccess: controlPlane.access('kube-proxy'),
        folder,
        speakerArgs: options.speakerArgs ?? [],
      }),
  );
  const controllerArgs = options.controllerArgs ?? [];
  const controller = makeController(controlPlane, folder, { name: 'controller-0', args: controllerArgs });
  // On one network with the first, so its port is another one.
  const standby = makeController(controlPlane, folder, {
    name: 'controller-1',
    args: [...controllerArgs, '--listen=:7474'],
  });
  if (options.startHerald !== false) controller.start();
  for (const node of nodes) {
    node.endpoint.start();
    node.proxy.start();
    if (options.startHerald !== false) node.speaker.start();
  }
  await Promise.all([client.start(), ...nodes.map((node) => node.register(api))]);
  void runEndpointSliceController(api, stopping.signal);
  report(`nodes registered: ${nodeNames.join(', ')}`);

  const processes = (): readonly ManagedProcess[] => [
    ...controlPlane.processes,
    controller,
    standby,
    ...nodes.flatMap((node) => node.processes),
    client.process,
  ];
  const kubeconfig = join(folder, 'admin.kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(controlPlane.access('admin')), { mode: 0o600 });
  return {
    controlPlane,
    nodes,
    client,
    controller,
    standby,
    api,
    kubeconfig,
    folder,
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (found === undefined) throw new Error(`cannot find node ${name}: the cluster has ${nodeNames.join(', ')}`);
      return found;
    },
    logs: (linesEach = 15) =>
      processes()
        .map((each) => `--- ${each.spec.name}\n${each.lastLines(linesEach).join('\n')}`)
        .join('\n'),
    stop: async () => {
      stopping.abort();
      await Promise.all([...processes().map((each) => each.kill('SIGKILL')), ...nodes.map((node) => node.stop())]);
    },
  };
}

/** What the chart brings, but for Herald's programs. Returns the kinds. */
async function install(api: KubeApi): Promise<readonly string[]> {
  const kinds = await installCustomResources(api);
  const metadata = { name: heraldNamespace };
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  await installRoles(api, heraldNamespace);
  return kinds;
}

async function bringUpControlPlane(
  folder: string,
  address: string,
): Promise<{ controlPlane: ControlPlane; api: KubeApi }> {
  const controlPlaneFolder = join(folder, 'control-plane');
  mkdirSync(controlPlaneFolder);
  const controlPlane = await startControlPlane({
    address,
    port: apiServerPort,
    folder: controlPlaneFolder,
    users: [
      { name: 'admin', groups: [administrators] },
      { name: 'kube-proxy', groups: [administrators] },
      { name: serviceAccountUser('controller', heraldNamespace), groups: [] },
      { name: serviceAccountUser('speaker', heraldNamespace), groups: [] },
    ],
  });
  await controlPlane.ready();
  return { controlPlane, api: new KubeApi(controlPlane.access('admin')) };
}

function makeController(
  controlPlane: ControlPlane,
  folder: string,
  { name, args }: { readonly name: string; readonly args: readonly string[] },
): ManagedProcess {
  return heraldProcess({
    ...{ program: 'controller', name, netns: undefined, args, folder },
    access: controlPlane.access(serviceAccountUser('controller', heraldNamespace)),
    env: { POD_NAMESPACE: heraldNamespace, POD_NAME: name },
  });
}
