import { Registry } from 'prom-client';
import { configurationTask } from '../../controller/configuration-task.ts';
import { countedClient } from '../../controller/counted-client.ts';
import { findingsTask } from '../../controller/findings-task.ts';
import { ControllerMetrics } from '../../controller/metrics.ts';
import { poolStatusTask } from '../../controller/pool-status-task.ts';
import { reconcileTask } from '../../controller/reconcile-task.ts';
import { watchedBgp } from '../../controller/watched-bgp.ts';
import { watchedKinds } from '../../controller/watched-kinds.ts';
import { configMapResource } from '../../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { type JsonObject, readObject } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import { supervise } from '../../shared/runtime/supervisor.ts';
import { FakeApiClient } from './fake-api-client.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryLog } from './memory-log.ts';
import { poolManifest } from './pool-manifest.ts';
import { RecordedEvents } from './recorded-events.ts';
import { type ServiceManifest, serviceManifest } from './service-manifest.ts';

export const namespace = 'herald-system';

/** A controller on an API server in memory; it may be stopped and started again, as after a crash. */
export class ControllerFixture {
  readonly clock = new FakeClock();
  readonly api = new FakeApiClient(this.clock);
  readonly events = new RecordedEvents();
  readonly log = new MemoryLog();
  readonly registry = new Registry();
  readonly #metrics = new ControllerMetrics(this.registry);
  /** Since when the API server says nothing; undefined while it does. */
  silentSinceMs: number | undefined;
  #running: { stop: AbortController; ended: Promise<void> } | undefined;

  async start(loadBalancerClass?: string): Promise<void> {
    const client = countedClient(this.api, this.#metrics);
    const shared = { client, clock: this.clock, log: this.log, random: () => 0 };
    const metrics = this.#metrics;
    const watched = watchedKinds({ ...shared, namespace, configMapName: 'config' });
    const caches = {
      pools: watched.pools.cache,
      advertisements: watched.advertisements.cache,
      configMaps: watched.configMaps.cache,
    };
    const { synced } = watched;
    const bgp = watchedBgp({ ...shared, namespace });
    const nodes = watched.nodes.cache;
    const configMapKey = `${namespace}/config`;
    const configuration = configurationTask({
      ...shared,
      ...caches,
      metrics,
      namespace,
      configMapKey,
      nodes,
      bgp,
      poolKindServed: watched.poolKindServed,
      synced,
    });
    const poolStatus = poolStatusTask({ ...shared, metrics, namespace, resources: caches.pools });
    const reconcile = reconcileTask({
      ...shared,
      metrics,
      events: this.events,
      services: watched.services.cache,
      namespaces: watched.namespaces.cache,
      speakerLeases: watched.speakerLeases.cache,
      pools: watched.pools.cache,
      heardMs: () => this.silentSinceMs ?? this.clock.now(),
      fresh: watched.fresh,
      configuration,
      loadBalancerClass,
      writeConcurrency: 32,
      onUsage: poolStatus.touch,
    });
    const findings = findingsTask({
      ...shared,
      events: this.events,
      namespace,
      configuration,
      objects: [...watched.configurationObjects, ...bgp.configurationObjects],
    });
    const stop = new AbortController();
    const tasks = [...watched.tasks, ...bgp.tasks, configuration, poolStatus, reconcile, findings];
    this.#running = { stop, ended: supervise(tasks, { signal: stop.signal, clock: this.clock, log: this.log }) };
    await this.pass(0);
  }

  /** Stops in good order. Everything in memory is gone. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.stop.abort();
    // What is under way is waited for, with the latency that it has.
    await this.pass(1_000);
    await running?.ended;
  }

  /** Time passes, and everything that follows from it happens. */
  async pass(byMs = 1_000): Promise<void> {
    await this.clock.advance(byMs);
    await this.clock.advance(0);
  }

  /** Creates a Service or replaces its spec and metadata, as kubectl does: what was in its status stays. */
  service(manifest: ServiceManifest = {}): void {
    const json = serviceManifest(manifest);
    const before = this.api.stored(serviceResource, nameOf(json));
    if (before === undefined || manifest.status !== undefined) this.api.put(serviceResource, json);
    else this.api.put(serviceResource, { ...json, status: readObject(before, 'status') });
  }

  /** The Service as an API server before Kubernetes 1.29 keeps it. */
  withoutIpMode(key: ObjectKey): void {
    const [inNamespace = '', name = ''] = key.split('/');
    const before = this.api.stored(serviceResource, { namespace: inNamespace, name }) ?? {};
    const ingress = this.addresses(key).map((ip) => ({ ip }));
    const status = { ...readObject(before, 'status'), loadBalancer: { ingress } };
    this.api.put(serviceResource, { ...before, status });
  }

  deleteService(key: ObjectKey): void {
    const [inNamespace = '', name = ''] = key.split('/');
    this.api.remove(serviceResource, { namespace: inNamespace, name });
  }

  /** Creates or replaces an IPAddressPool, and an L2Advertisement for all pools so that there are no findings. */
  pool(name: string, spec: JsonObject): void {
    const before = this.api.stored(ipAddressPoolResource, { namespace, name });
    const generation = Number(readObject(before ?? {}, 'metadata')['generation'] ?? 0) + 1;
    const manifest = poolManifest(name, spec);
    this.api.put(ipAddressPoolResource, { ...manifest, metadata: { ...readObject(manifest, 'metadata'), generation } });
    this.advertisement('all', {});
  }

  advertisement(name: string, spec: JsonObject): void {
    const before = this.api.stored(l2AdvertisementResource, { namespace, name });
    const generation = Number(readObject(before ?? {}, 'metadata')['generation'] ?? 0) + 1;
    this.api.put(l2AdvertisementResource, { metadata: { name, namespace, generation }, spec });
  }

  configMap(yaml: string): void {
    this.api.put(configMapResource, { metadata: { name: 'config', namespace }, data: { config: yaml } });
  }

  speakerLease(node: string, annotations: Readonly<Record<string, string>> = {}): void {
    const labels = { 'app.kubernetes.io/component': 'speaker' };
    const metadata = { name: `speaker-${node}`, namespace, labels, annotations };
    const renewTime = new Date(this.clock.wallMs()).toISOString();
    this.api.put(leaseResource, { metadata, spec: { holderIdentity: node, leaseDurationSeconds: 15, renewTime } });
  }

  /** A Service as the API server has it. */
  stored(key: ObjectKey): Service {
    const json = this.api.all(serviceResource).find((object) => keyOf(serviceResource.parse(object).meta) === key);
    if (json === undefined) throw new Error(`cannot find Service ${key} in the fake API server`);
    return serviceResource.parse(json);
  }

  /** The addresses in a Service's status. */
  addresses(key: ObjectKey): readonly string[] {
    return this.stored(key).ingress.map(({ ip }) => ip ?? '');
  }

  /** `True IPAllocated: Assigned …`. */
  condition(key: ObjectKey, type = 'herald/Allocated'): string | undefined {
    const found = this.stored(key).conditions.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  }

  /** Writes to Services so far, other than by the test. */
  get serviceWrites(): number {
    return this.api.calls.filter(({ method, plural }) => method === 'patch' && plural === 'services').length;
  }
}

function nameOf(json: JsonObject): { namespace: string; name: string } {
  const { meta } = serviceResource.parse(json);
  return { namespace: meta.namespace, name: meta.name };
}
