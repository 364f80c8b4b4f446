import { type ConfigMap, configMapResource } from '../shared/api/config-map.ts';
import { type ConfigurationState, configurationStateResource } from '../shared/api/configuration-state.ts';
import { type IPAddressPool, ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { keyOf, type ObjectReference } from '../shared/api/object-meta.ts';
import { eventReasons } from '../shared/api/reasons.ts';
import { apiVersionOf, referenceTo } from '../shared/api/resource-type.ts';
import type { Finding } from '../shared/config/model.ts';
import type { ApiClient, ObjectName } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { WorkOutcome } from '../shared/runtime/work-queue.ts';
import { workQueueTask } from '../shared/runtime/work-queue-task.ts';
import type { Configuration } from './configuration-task.ts';
import { configurationStatus, findingLines } from './findings-report.ts';

export interface FindingsOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly namespace: string;
  readonly configuration: Configuration;
  readonly pools: Cache<IPAddressPool>;
  readonly advertisements: Cache<L2Advertisement>;
  readonly configMaps: Cache<ConfigMap>;
}

/** The ConfigurationState of this component, and the only key of the queue. */
const stateName = 'controller';
/** What objects that are applied one after the other make wrong for a moment is not worth telling. */
const settleMs = 1_000;

/** Says on the objects, and in the ConfigurationState, what is wrong with the configuration. */
export function findingsTask(options: FindingsOptions): Task {
  const reporter = new FindingsReporter(options);
  const queue = workQueueTask({
    name: 'findings',
    clock: options.clock,
    log: options.log,
    random: options.random,
    work: () => reporter.report(),
  });
  return {
    name: 'findings',
    ready: queue.ready,
    run: async (signal) => {
      const unsubscribe = options.configuration.onRead(() => queue.add(stateName, settleMs));
      if (options.configuration.wasRead) queue.add(stateName, settleMs);
      try {
        await queue.run(signal);
      } finally {
        unsubscribe();
      }
    },
  };
}

class FindingsReporter {
  readonly #options: FindingsOptions;
  readonly #name: ObjectName;
  /** Lines that events were written for: those of the newest configuration. */
  #told: ReadonlySet<string> | undefined;

  constructor(options: FindingsOptions) {
    this.#options = options;
    this.#name = { namespace: options.namespace, name: stateName };
  }

  async report(): Promise<WorkOutcome> {
    try {
      const { client, clock, configuration } = this.#options;
      const existing = (await client.get(configurationStateResource, this.#name)) ?? (await this.#create());
      this.#tell(configuration.state.findings, existing.errorSummary);
      const status = configurationStatus(configuration.state, existing, clock.wallMs());
      if (status !== undefined) {
        const body = { status };
        await client.patch(configurationStateResource, this.#name, { type: 'merge', body }, { subresource: 'status' });
      }
      return { type: 'done' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#options.log.warn('configuration-state-not-written', { error });
      return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
    }
  }

  #create(): Promise<ConfigurationState> {
    const labels = { 'metallb.io/component-type': stateName };
    const metadata = { ...this.#name, labels };
    return this.#options.client.create(configurationStateResource, {
      apiVersion: apiVersionOf(configurationStateResource),
      kind: configurationStateResource.kind,
      metadata,
    });
  }

  /** What the ConfigurationState says already was told by the one who wrote it. */
  #tell(findings: readonly Finding[], summary: string): void {
    const told = this.#told ?? new Set(summary.split('\n'));
    const lines = findingLines(findings);
    for (const [index, finding] of findings.entries()) {
      if (told.has(lines[index] ?? '')) continue;
      const { severity, path, message } = finding;
      this.#options.log.warn('configuration-finding', { ...finding.object, severity, path, message });
      const regarding = this.#reference(finding);
      if (regarding === undefined) continue;
      this.#options.events.record({ regarding, type: 'Warning', reason: eventReasons.configInvalid, message });
    }
    this.#told = new Set(lines);
  }

  /** Undefined for an object that is gone meanwhile. */
  #reference({ object }: Finding): ObjectReference | undefined {
    const { pools, advertisements, configMaps } = this.#options;
    const key = keyOf(object);
    switch (object.kind) {
      case ipAddressPoolResource.kind: {
        const pool = pools.get(key);
        return pool && referenceTo(ipAddressPoolResource, pool);
      }
      case l2AdvertisementResource.kind: {
        const advertisement = advertisements.get(key);
        return advertisement && referenceTo(l2AdvertisementResource, advertisement);
      }
      default: {
        const configMap = configMaps.get(key);
        return configMap && referenceTo(configMapResource, configMap);
      }
    }
  }
}
