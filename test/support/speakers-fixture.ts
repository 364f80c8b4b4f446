import { Registry } from 'prom-client';
import { endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { supervise } from '../../shared/runtime/supervisor.ts';
import { defaultExclusions, exclusionPattern } from '../../speaker/interfaces.ts';
import type { LocalNode } from '../../speaker/local-node.ts';
import { SpeakerMetrics } from '../../speaker/metrics.ts';
import { speakerTasks } from '../../speaker/speaker-tasks.ts';
import { FakeApiClient } from './fake-api-client.ts';
import { FakeApiStore } from './fake-api-store.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeDatapath } from './fake-datapath.ts';
import { eth0 } from './links.ts';
import { MemoryLog } from './memory-log.ts';
import { nodeJson, planNamespace, type ServiceFields, serviceJson, sliceJson } from './plan-inputs.ts';
import { RecordedEvents } from './recorded-events.ts';

export interface FakeSpeaker {
  readonly node: string;
  readonly client: FakeApiClient;
  readonly datapath: FakeDatapath;
  readonly local: LocalNode;
  /** The local node changed. */
  publish(): void;
  /** In good order. */
  stop(): Promise<void>;
  /** From one moment to the next nothing of it reaches anybody. */
  crash(): Promise<void>;
}

/** Several speakers without packets on one API server in memory, in virtual time. */
export class SpeakersFixture {
  readonly clock: FakeClock;
  readonly log = new MemoryLog();
  readonly events = new RecordedEvents();
  /** What the API server is like for a speaker that starts. */
  prepare: (client: FakeApiClient) => void = () => undefined;
  readonly #store = new FakeApiStore();
  readonly api: FakeApiClient;
  readonly #speakers = new Map<string, FakeSpeaker>();

  constructor(clock = new FakeClock()) {
    this.clock = clock;
    this.api = new FakeApiClient(clock, this.#store);
    this.api.put(ipAddressPoolResource, {
      metadata: { name: 'lan', namespace: planNamespace },
      spec: { addresses: ['10.0.0.0/24', '2001:db8::/120'] },
    });
    this.api.put(l2AdvertisementResource, { metadata: { name: 'all', namespace: planNamespace }, spec: {} });
  }

  async start(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      this.api.put(nodeResource, nodeJson(node));
      this.#speakers.set(node, this.#startSpeaker(node));
    }
    await this.pass();
  }

  async pass(byMs = 1_000): Promise<void> {
    await this.clock.advance(byMs);
    await this.clock.advance(0);
  }

  speaker(node: string): FakeSpeaker {
    const speaker = this.#speakers.get(node);
    if (speaker === undefined) throw new Error(`cannot find the speaker on ${node}`);
    return speaker;
  }

  /** Nodes whose datapath answers for the address. */
  owners(ip: string): readonly string[] {
    return [...this.#speakers.values()].filter(({ datapath }) => datapath.owned.includes(ip)).map(({ node }) => node);
  }

  service(fields: ServiceFields = {}): void {
    this.api.put(serviceResource, serviceJson(fields));
  }

  slice(service: string, endpoints: readonly (string | JsonObject)[]): void {
    this.api.put(endpointSliceResource, sliceJson(service, endpoints));
  }

  /** `True owner: …` */
  condition(name: string): string | undefined {
    const json = this.api.stored(serviceResource, { namespace: 'shop', name });
    const condition = serviceResource.parse(json).conditions.find(({ type }) => type === 'herald/Announced');
    return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
  }

  /** `shop/web on node-b: eth0`, by Service. */
  l2Statuses(): readonly string[] {
    return this.api
      .all(serviceL2StatusResource)
      .map((json) => serviceL2StatusResource.parse(json))
      .map((one) => `${one.serviceNamespace}/${one.serviceName} on ${one.node}: ${one.interfaces.join(',')}`)
      .sort();
  }

  /** What the only ServiceL2Status says of since when. */
  ownerSince(): string | undefined {
    const [json] = this.api.all(serviceL2StatusResource);
    return serviceL2StatusResource.parse(json).meta.annotations['herald/since'];
  }

  /** The API server is away for everybody, or back. */
  setServerAway(away: boolean): void {
    for (const { client } of this.#speakers.values()) {
      client.heal();
      if (!away) continue;
      const error = new ApiError('Unreachable', 'nobody there', {});
      client.fail('any', error, { times: Number.POSITIVE_INFINITY });
      client.breakWatches(error);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#speakers.values()].map((speaker) => speaker.crash()));
  }

  #startSpeaker(node: string): FakeSpeaker {
    const client = new FakeApiClient(this.clock, this.#store);
    this.prepare(client);
    const base = { clock: this.clock, log: this.log, random: () => 0 };
    const datapath = new FakeDatapath(this.clock);
    const { local, lease, tasks } = speakerTasks({
      ...base,
      client: Object.assign(client, { heardMs: Number.NEGATIVE_INFINITY }),
      nodeName: node,
      namespace: planNamespace,
      configMapName: 'config',
      loadBalancerClass: undefined,
      ignoreExcludeLabel: false,
      exclusions: exclusionPattern(defaultExclusions),
      hostAddress: '192.168.1.1',
      pulsePort: 7946,
      events: this.events,
      metrics: new SpeakerMetrics(new Registry()),
      datapath,
      incarnation: node,
      strictArp: 'warn',
      asksNode: {
        sysctls: { read: () => undefined, write: () => undefined },
        askProxyMode: () => Promise.resolve(''),
      },
    });
    const stop = new AbortController();
    const ended = supervise(tasks, { ...base, signal: stop.signal });
    datapath.setLinks([eth0]);
    const end = async (): Promise<void> => {
      stop.abort();
      await this.pass(5_000);
      await ended;
      this.#speakers.delete(node);
    };
    return {
      node,
      client,
      datapath,
      local,
      publish: () => lease.publish(),
      stop: end,
      crash: () => {
        client.fail('any', new ApiError('Unreachable', 'crashed', {}), { times: Number.POSITIVE_INFINITY });
        return end();
      },
    };
  }
}
