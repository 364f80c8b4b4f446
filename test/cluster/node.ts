import { join } from 'node:path';
import type { JsonObject } from '../../shared/api/json.ts';
import type { ApiAccess } from './api/access.ts';
import type { KubeApi } from './api/kube-api.ts';
import { heraldProcess } from './herald-process.ts';
import type { ProxyMode } from './kube-proxy/addresses.ts';
import { blockUdp } from './network/firewall.ts';
import { ReadyIp } from './network/ready-ip.ts';
import { defaultRoutes, type Machine, portOf } from './network/topology.ts';
import { endpointPorts, podManifest, podStatus } from './pods/pod.ts';
import { ManagedProcess } from './process/managed-process.ts';

export interface NodeOptions {
  readonly machine: Machine;
  readonly proxyMode: ProxyMode;
  readonly speakerAccess: ApiAccess;
  readonly proxyAccess: ApiAccess;
  readonly folder: string;
  readonly speakerArgs: readonly string[];
}

/** One node: its Node object, and the programs that run on its network. */
export class ClusterNode {
  readonly machine: Machine;
  readonly speaker: ManagedProcess;
  readonly #proxyAccess: ApiAccess;
  #proxy: ManagedProcess;
  readonly endpoint: ManagedProcess;
  readonly #outside = new ReadyIp(undefined);
  readonly #inside: ReadyIp;

  constructor(options: NodeOptions) {
    const { machine } = options;
    this.machine = machine;
    this.speaker = heraldProcess({
      ...{ program: 'speaker', name: `speaker on ${machine.name}`, netns: machine.name, args: options.speakerArgs },
      access: options.speakerAccess,
      folder: options.folder,
      env: {
        NODE_NAME: machine.name,
        HOST_IP: machine.ipv4,
        POD_NAMESPACE: 'herald-system',
        POD_NAME: `speaker-${machine.name}`,
      },
    });
    this.#inside = new ReadyIp(machine.name);
    this.#proxyAccess = options.proxyAccess;
    this.#proxy = this.#makeProxy(options.proxyMode);
    this.endpoint = new ManagedProcess({
      name: `endpoint on ${machine.name}`,
      netns: machine.name,
      urgent: true,
      command: [
        process.execPath,
        join(import.meta.dirname, 'endpoint', 'main.ts'),
        machine.name,
        `${machine.ipv4},${machine.ipv6}`,
        Object.values(endpointPorts).join(','),
      ],
    });
  }

  get name(): string {
    return this.machine.name;
  }

  get processes(): readonly ManagedProcess[] {
    return [this.speaker, this.proxy, this.endpoint];
  }

  get proxy(): ManagedProcess {
    return this.#proxy;
  }

  /** Ends kube-proxy and starts it in another mode. */
  async setProxyMode(mode: ProxyMode): Promise<void> {
    await this.#proxy.kill('SIGKILL');
    this.#proxy = this.#makeProxy(mode);
    this.#proxy.start();
    await this.#proxy.waitForLine(/^forwarding/, 10_000);
  }

  get podName(): string {
    return `web-${this.name}`;
  }

  /** Creates the Node, as its kubelet would, and the Pod of the endpoint that runs on it. */
  async register(api: KubeApi): Promise<void> {
    await api.create('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: this.name, labels: { 'kubernetes.io/hostname': this.name, 'kubernetes.io/os': 'linux' } },
    });
    await api.mergePatch(`/api/v1/nodes/${this.name}/status`, { status: this.#status() });
    // Admission marks a new Node as not ready; the node lifecycle controller, which is not here, would take it off.
    await api.mergePatch(`/api/v1/nodes/${this.name}`, { spec: { taints: null } });
    await api.create('/api/v1/namespaces/default/pods', podManifest(this.podName, 'web', this.machine));
    await this.setPodReady(api, true);
  }

  async setPodReady(api: KubeApi, ready: boolean): Promise<void> {
    const path = `/api/v1/namespaces/default/pods/${this.podName}/status`;
    await api.mergePatch(path, { status: podStatus(this.machine, ready) });
  }

  /** The cable to the LAN, at the bridge: the node's interface loses its carrier. */
  async setCable(plugged: boolean): Promise<void> {
    await this.#outside.send(`link set ${portOf(this.name)} ${plugged ? 'up' : 'down'}`);
  }

  /** The node's own interface on the LAN. */
  async setLink(up: boolean): Promise<void> {
    if (up) await this.#inside.send('link set eth0 up', ...defaultRoutes);
    else await this.#inside.send('link set eth0 down');
  }

  async setUdpBlocked(port: number, blocked: boolean): Promise<void> {
    await blockUdp(this.name, port, blocked);
  }

  /** Starts what faults need, so that they come at the instant at which they are asked for. */
  async prepareFaults(): Promise<void> {
    await Promise.all([this.#outside.getReady(), this.#inside.getReady()]);
  }

  /** Ends all that runs for this node. */
  async stop(): Promise<void> {
    this.#outside.close();
    this.#inside.close();
    await Promise.all(this.processes.map((each) => each.kill('SIGKILL')));
  }

  /** Power off: all programs end and all cables are dead at one instant. */
  async crash(): Promise<void> {
    const ended = this.processes.map((each) => each.kill('SIGKILL'));
    await this.#outside.send(...this.machine.attachments.map(({ port }) => `link set ${port} down`));
    await Promise.all(ended);
  }

  /** Power on again. */
  async boot(): Promise<void> {
    await this.#outside.send(...this.machine.attachments.map(({ port }) => `link set ${port} up`));
    for (const each of this.processes) each.start();
  }

  #makeProxy(mode: ProxyMode): ManagedProcess {
    return new ManagedProcess({
      name: `kube-proxy on ${this.name}`,
      netns: this.name,
      command: [process.execPath, join(import.meta.dirname, 'kube-proxy', 'main.ts')],
      urgent: true,
      env: { PROXY_NODE: this.name, PROXY_MODE: mode, PROXY_ACCESS: JSON.stringify(this.#proxyAccess) },
    });
  }

  #status(): JsonObject {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      addresses: [
        { type: 'InternalIP', address: this.machine.ipv4 },
        { type: 'InternalIP', address: this.machine.ipv6 },
        { type: 'Hostname', address: this.name },
      ],
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'the stand-in for a kubelet is ready',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
      nodeInfo: {
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        bootID: '',
        containerRuntimeVersion: 'none://0',
        kernelVersion: '',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.32.0',
        machineID: '',
        operatingSystem: 'linux',
        osImage: '',
        systemUUID: '',
      },
    };
  }
}
