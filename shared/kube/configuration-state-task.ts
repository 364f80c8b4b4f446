import { type ConfigurationState, configurationStateResource } from '../api/configuration-state.ts';
import type { Labels } from '../api/label-selector.ts';
import type { ObjectReference } from '../api/object-meta.ts';
import { apiVersionOf } from '../api/resource-type.ts';
import { type ConfigState, initialConfigState } from '../config/config-state.ts';
import { configurationStatus, linesOf } from '../config/configuration-status.ts';
import type { Finding } from '../config/model.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { Task } from '../runtime/task.ts';
import type { WorkOutcome } from '../runtime/work-queue.ts';
import { workQueueTask } from '../runtime/work-queue-task.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

export interface ConfigurationStateOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Of the installation. */
  readonly namespace: string;
  /** The object's name: each component has its own. */
  readonly name: string;
  readonly labels: Labels;
  /** With this object ours goes too; undefined where nothing is known to own it. */
  readonly owner?: () => ObjectReference | undefined;
  /** Many components that write at once spread over this time; 0 by default. */
  readonly spreadMs?: number;
  /** Told of every report, with the lines that the object said before. */
  readonly onReport?: (findings: readonly Finding[], said: ReadonlySet<string>) => void;
}

export interface ConfigurationStateTask extends Task {
  /** The configuration was read anew. */
  publish(state: ConfigState): void;
}

/** What objects that are applied one after the other make wrong for a moment is not worth telling. */
const settleMs = 1_000;
/** One that was deleted or edited by hand comes back within this time. */
const lookAgainMs = 600_000;

/** Keeps the ConfigurationState of one component saying what it thinks of the configuration; writes on change only. */
export function configurationStateTask(options: ConfigurationStateOptions): ConfigurationStateTask {
  const { name, clock, log, random, spreadMs = 0 } = options;
  const writer = new StateWriter(options);
  const queue = workQueueTask({ name: 'configuration-state', clock, log, random, work: () => writer.write() });
  return {
    name: 'configuration-state',
    ready: queue.ready,
    publish: (state) => {
      writer.state = state;
      queue.add(name, settleMs + spreadMs * random());
    },
    run: (signal) => queue.run(signal),
  };
}

class StateWriter {
  state: ConfigState = initialConfigState;
  readonly #options: ConfigurationStateOptions;
  #failing = false;

  constructor(options: ConfigurationStateOptions) {
    this.#options = options;
  }

  async write(): Promise<WorkOutcome> {
    const { log } = this.#options;
    try {
      await this.#write();
      this.#failing = false;
      return { type: 'again', delayMs: lookAgainMs };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The first of many failures is logged, not each.
      if (!this.#failing) log.warn('configuration-state-not-written', { error });
      this.#failing = true;
      return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
    }
  }

  async #write(): Promise<void> {
    const { client, clock, namespace, name, onReport } = this.#options;
    const existing = (await client.get(configurationStateResource, { namespace, name })) ?? (await this.#create());
    const { state } = this;
    onReport?.(state.findings, linesOf(existing));
    const status = configurationStatus(state, existing, clock.wallMs());
    if (status === undefined) return;
    const patch = { type: 'merge', body: { status } } as const;
    await client.patch(configurationStateResource, { namespace, name }, patch, { subresource: 'status' });
  }

  async #create(): Promise<ConfigurationState> {
    const { client, namespace, name, labels, owner } = this.#options;
    const owned = owner?.();
    const ownerReferences = owned && [
      { apiVersion: owned.apiVersion, kind: owned.kind, name: owned.name, uid: owned.uid },
    ];
    return client.create(configurationStateResource, {
      apiVersion: apiVersionOf(configurationStateResource),
      kind: configurationStateResource.kind,
      metadata: { namespace, name, labels, ...(ownerReferences && { ownerReferences }) },
    });
  }
}
