import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asObject, type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import { type ApiAccess, kubeconfigText } from '../cluster/api/access.ts';
import { KubeApi } from '../cluster/api/kube-api.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { installCustomResources } from '../cluster/custom-resources.ts';
import { ManagedProcess } from '../cluster/process/managed-process.ts';

const repository = join(import.meta.dirname, '..', '..');
const poolsPath = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/ipaddresspools`;
const patienceMs = 60_000;

/** The API server's stand-in as a process of its own, on the loopback interface, and Herald's bundled controller. */
export class AllocateCluster {
  readonly api: KubeApi;
  readonly #apiServer: ManagedProcess;
  readonly #folder: string;
  readonly kubeconfig: string;

  static async start(): Promise<AllocateCluster> {
    const apiServer = new ManagedProcess({
      name: 'apiserver',
      netns: undefined,
      command: [process.execPath, join(repository, 'test', 'cluster', 'apiserver', 'main.ts')],
    });
    apiServer.start();
    const line = await apiServer.waitForLine(/"listening"/, patienceMs);
    const url = readString(asObject(JSON.parse(line)), 'listening') ?? '';
    const cluster = new AllocateCluster(apiServer, url);
    await installCustomResources(cluster.api);
    await cluster.api.create('/api/v1/namespaces', namespaceJson(heraldNamespace));
    return cluster;
  }

  private constructor(apiServer: ManagedProcess, url: string) {
    const access: ApiAccess = { user: 'bench', url, token: 'bench', authority: undefined, serverName: undefined };
    this.#apiServer = apiServer;
    this.api = new KubeApi(access);
    this.#folder = mkdtempSync(join(tmpdir(), 'herald-bench-'));
    this.kubeconfig = join(this.#folder, 'kubeconfig');
    writeFileSync(this.kubeconfig, kubeconfigText(access), { mode: 0o600 });
  }

  controller(connections: number): ManagedProcess {
    const flags = ['--listen=127.0.0.1:0', `--write-concurrency=${connections}`];
    return new ManagedProcess({
      name: 'controller',
      netns: undefined,
      command: [process.execPath, join(repository, 'dist', 'controller.mjs'), ...flags],
      env: { KUBECONFIG: this.kubeconfig, POD_NAMESPACE: heraldNamespace, POD_NAME: 'controller-0' },
    });
  }

  async addPool(): Promise<void> {
    const metadata = { name: 'lan', namespace: heraldNamespace };
    const spec = { addresses: ['10.0.0.0/8'] };
    await this.api.create(poolsPath, { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec });
  }

  async removePool(): Promise<void> {
    await this.api.delete(`${poolsPath}/lan`);
  }

  async stop(): Promise<void> {
    await this.#apiServer.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true });
  }
}

/** Tells when a Service is first seen with an address. */
export class AddressWatch {
  readonly #stop = new AbortController();
  /** By the Service's name; one at a time. */
  readonly #awaited = new Map<string, () => void>();

  constructor(api: KubeApi) {
    void api.follow(servicesPath, (_, service) => this.#see(service), this.#stop.signal);
  }

  /** The time (`performance.now`) at which the Service that `create` makes has its address. */
  async addressed(name: string, create: () => Promise<unknown>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#awaited.set(name, () => resolve(performance.now()));
    const timer = setTimeout(() => reject(new Error(`${name} has no address`)), patienceMs);
    try {
      await create();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(name);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  #see(service: JsonObject): void {
    if (addressesOf(service).length === 0) return;
    this.#awaited.get(readString(readObject(service, 'metadata'), 'name') ?? '')?.();
  }
}

/** Calls `act` for each number below `count`, so many at once. */
export async function manyAtOnce(count: number, connections: number, act: (index: number) => Promise<unknown>) {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

export function createService(api: KubeApi, name: string): Promise<JsonObject> {
  return api.create(servicesPath, loadBalancerService({ name }));
}

function namespaceJson(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}
