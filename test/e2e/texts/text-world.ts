import { type JsonObject, readArray, readObject } from '../../../shared/api/json.ts';
import { collectionOf } from '../../cluster/api/apply.ts';
import type { KubeApi } from '../../cluster/api/kube-api.ts';
import { loadBalancerService, type ServiceOptions, servicesPath } from '../../cluster/api/load-balancer-service.ts';
import { type Cluster, heraldNamespace } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import type { ClusterNode } from '../../cluster/node.ts';
import { ManagedProcess, type ProcessSpec } from '../../cluster/process/managed-process.ts';
import { warningsOn } from '../complaints.ts';
import { type ToldObject, toldOf } from './told.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;

/** What cases do to the cluster. */
export class TextWorld {
  readonly cluster: Cluster;
  /** BOUNDED by the cases that start one. */
  readonly #beside: ManagedProcess[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  get api(): KubeApi {
    return this.cluster.api;
  }

  node(name: string): ClusterNode {
    return this.cluster.node(name);
  }

  /** Returns once the controller has read it, and found it usable or not. */
  async pool(name: string, spec: JsonObject, { usable = true } = {}): Promise<void> {
    const manifest = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name, namespace: heraldNamespace },
      spec,
    };
    await this.api.create(collectionOf(manifest), manifest);
    await eventually(`pool ${name} is read`, async () => {
      if (!usable) return (await warningsOn(this.api, 'IPAddressPool', name, heraldNamespace)).length > 0 || undefined;
      const { status } = await this.api.get(`${resources}/ipaddresspools/${name}`);
      return status === undefined ? undefined : true;
    });
  }

  async advertisement(name: string, spec: JsonObject): Promise<void> {
    const manifest = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name, namespace: heraldNamespace },
      spec,
    };
    await this.api.create(collectionOf(manifest), manifest);
  }

  async patchPool(name: string, spec: JsonObject): Promise<void> {
    await this.api.mergePatch(`${resources}/ipaddresspools/${name}`, { spec });
  }

  async remove(kind: 'ipaddresspools' | 'l2advertisements', name: string): Promise<void> {
    await this.api.delete(`${resources}/${kind}/${name}`);
  }

  /** Of type LoadBalancer, in the namespace `default`. */
  async service(name: string, options: Omit<ServiceOptions, 'name'> = {}): Promise<void> {
    await this.api.create(servicesPath, loadBalancerService({ port: 80, ...options, name }));
  }

  /** As a Service that was made here, and changed as no write could change it. */
  async restoredService(name: string, spec: JsonObject): Promise<void> {
    const made = loadBalancerService({ name, port: 80, spec: { type: 'ClusterIP' } });
    const service = await this.api.create(servicesPath, made);
    await this.cluster.controlPlane.restoreService({ ...service, spec: { ...readObject(service, 'spec'), ...spec } });
  }

  /** Of the namespace `default`. */
  async removeServices(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.api.delete(`${servicesPath}/${name}`);
  }

  async removePools(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.remove('ipaddresspools', name);
  }

  async patch(service: string, body: JsonObject): Promise<void> {
    await this.api.mergePatch(`${servicesPath}/${service}`, body);
  }

  async annotate(service: string, annotations: JsonObject): Promise<void> {
    await this.patch(service, { metadata: { annotations } });
  }

  async patchStatus(service: string, status: JsonObject): Promise<void> {
    await this.api.mergePatch(`${servicesPath}/${service}/status`, { status });
  }

  /** Waits until what is told of the Service matches. */
  async told(service: string, pattern: RegExp): Promise<void> {
    await this.toldOf({ kind: 'Service', namespace: 'default', name: service }, pattern);
  }

  async toldOf(about: ToldObject, pattern: RegExp): Promise<void> {
    await eventually(
      `${pattern} told of ${about.name}`,
      async () => {
        const { lines } = await toldOf(this.api, about);
        const text = lines.join('\n');
        if (pattern.test(text)) return true;
        throw new Error(`it is: ${text}`);
      },
      40_000,
    );
  }

  /** A program that the cluster does not know. */
  startBeside(spec: ProcessSpec): void {
    const process = new ManagedProcess(spec);
    this.#beside.push(process);
    process.start();
  }

  async stopBeside(): Promise<void> {
    await Promise.all(this.#beside.map((process) => process.kill('SIGKILL')));
  }

  /** In place of the Node's condition of that type, or beside those that it has. */
  async nodeCondition(node: string, type: string, status: 'True' | 'False'): Promise<void> {
    const path = `/api/v1/nodes/${node}`;
    const conditions = readArray(readObject(await this.api.get(path), 'status'), 'conditions');
    const others = conditions.filter((each) => (each as JsonObject)['type'] !== type);
    const now = '2026-01-01T00:00:00Z';
    const condition = { type, status, reason: 'Test', message: '', lastHeartbeatTime: now, lastTransitionTime: now };
    await this.api.mergePatch(`${path}/status`, { status: { conditions: [...others, condition] } });
  }
}
