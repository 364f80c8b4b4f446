import { type ConfigMap, configMapResource } from '../../shared/api/config-map.ts';
import type { Lease } from '../../shared/api/lease.ts';
import { type Node, nodeResource } from '../../shared/api/node.ts';
import { keyOf } from '../../shared/api/object-meta.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import { strictArpAnnotation } from '../../shared/api/strict-arp.ts';
import { kubeProxyConfigMapName, readKubeProxyConfig } from '../../shared/config/kube-proxy-config.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { EventRecorder } from '../../shared/kube/event-recorder.ts';
import type { Cache } from '../../shared/kube/informer.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Task } from '../../shared/runtime/task.ts';
import type { WorkOutcome } from '../../shared/runtime/work-queue.ts';
import { type WorkQueueTask, workQueueTask } from '../../shared/runtime/work-queue-task.ts';
import { saysNews } from '../lease-news.ts';
import { FaultyNodes } from './faulty-nodes.ts';
import { remedyFor } from './remedy.ts';
import { noFaults, type StrictArpReport, strictArpReport } from './report.ts';
import { StrictArpWriter } from './strict-arp-writer-client.ts';

export interface StrictArpOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Of the installation. */
  readonly namespace: string;
  readonly services: Cache<Service>;
  readonly nodes: Cache<Node>;
  readonly speakerLeases: Cache<Lease>;
  /** The three caches are filled. */
  readonly synced: Promise<unknown>;
  readonly loadBalancerClass: string | undefined;
}

/** Speakers start, and nodes are mended, one after the other: what changes within so long is told together. */
const gatherMs = 2_000;
/** Somebody may follow the advice, which is then another one. */
const adviceIntervalMs = 60_000;
const concurrency = 8;

/** Says on Services and Nodes where nodes answer for addresses that others announce, as the speakers tell it. */
export function strictArpTask(options: StrictArpOptions): Task {
  const teller = new StrictArpTeller(options);
  return {
    name: 'strict-arp',
    ready: teller.queue.ready,
    run: async (signal) => {
      const stop = teller.start();
      try {
        await teller.queue.run(signal);
      } finally {
        stop();
      }
    },
  };
}

class StrictArpTeller {
  readonly queue: WorkQueueTask;
  readonly #options: StrictArpOptions;
  readonly #writer: StrictArpWriter;
  readonly #faulty: FaultyNodes;
  #report: StrictArpReport = noFaults;

  constructor(options: StrictArpOptions) {
    const { clock, log, random } = options;
    this.#options = options;
    this.#writer = new StrictArpWriter(options);
    this.#faulty = new FaultyNodes(clock.now());
    const work = (key: string): Promise<WorkOutcome> => this.#work(key);
    this.queue = workQueueTask({ name: 'strict-arp', clock, log, random, concurrency, work });
  }

  start(): () => void {
    const { services, nodes, speakerLeases, synced } = this.#options;
    void synced.then(() => this.queue.add('report'));
    const unsubscribe = [
      services.onChange(({ type, object }) => {
        if (type === 'deleted') this.#writer.forget(serviceResource, object);
        else this.queue.add(`service ${keyOf(object.meta)}`);
      }),
      nodes.onChange(({ type, object }) => {
        if (type === 'deleted') this.#writer.forget(nodeResource, object);
        else this.queue.add(`node ${object.meta.name}`);
      }),
      speakerLeases.onChange((change) => {
        if (saysNews(change, strictArpAnnotation)) this.queue.add('report', gatherMs);
      }),
    ];
    return () => {
      for (const end of unsubscribe) end();
    };
  }

  async #work(key: string): Promise<WorkOutcome> {
    const { clock, services, nodes } = this.#options;
    if (key === 'report') return this.#makeReport();
    // Nothing is taken back before the speakers had the time to say it again.
    const settledInMs = this.#faulty.settledInMs(clock.now());
    const [kind, name = ''] = key.split(' ', 2);
    if (kind === 'node') return this.#writer.writeNode(nodes.get(name), this.#report.nodes.get(name), settledInMs);
    return this.#writer.writeService(services.get(name), this.#report.services, settledInMs);
  }

  async #makeReport(): Promise<WorkOutcome> {
    const { clock, speakerLeases, services, nodes } = this.#options;
    const faults = this.#faulty.look(speakerLeases.values(), clock.now());
    const map = faults.size === 0 ? undefined : await this.#configMap();
    const config = map && readKubeProxyConfig(map);
    const faulty = [...faults].map(([name, fault]) => {
      return { name, fault, remedy: remedyFor({ node: nodes.get(name), fault, config }) };
    });
    this.#report = strictArpReport(faulty, this.#options.namespace);
    for (const { meta } of nodes.values()) this.queue.add(`node ${meta.name}`);
    for (const { meta } of services.values()) this.queue.add(`service ${keyOf(meta)}`);
    const delayMs = Math.min(this.#faulty.nextChangeInMs(clock.now()), faults.size === 0 ? Infinity : adviceIntervalMs);
    return Number.isFinite(delayMs) ? { type: 'again', delayMs } : { type: 'done' };
  }

  /** Undefined where there is none, or where it can't be read: the advice is then a general one. */
  async #configMap(): Promise<ConfigMap | undefined> {
    const { client, log } = this.#options;
    try {
      return await client.get(configMapResource, kubeProxyConfigMapName);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log.debug('kube-proxy-config-not-read', { error });
      return undefined;
    }
  }
}
