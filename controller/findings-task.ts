import { type ApiObject, keyOf, type ObjectReference } from '../shared/api/object-meta.ts';
import { eventReasons } from '../shared/api/reasons.ts';
import { type ResourceType, referenceTo } from '../shared/api/resource-type.ts';
import { findingLine } from '../shared/config/configuration-status.ts';
import type { Finding } from '../shared/config/model.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { configurationStateTask } from '../shared/kube/configuration-state-task.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { Configuration } from './configuration-task.ts';

/** Objects of a kind that the configuration is read from. */
export interface ConfigurationObjects {
  readonly type: ResourceType<ApiObject>;
  readonly cache: Pick<Cache<ApiObject>, 'get'>;
}

export interface FindingsOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly namespace: string;
  readonly configuration: Configuration;
  readonly objects: readonly ConfigurationObjects[];
}

/** Says on the objects, and in the ConfigurationState, what is wrong with the configuration. */
export function findingsTask(options: FindingsOptions): Task {
  const { client, clock, log, random, namespace, configuration } = options;
  const teller = new FindingsTeller(options);
  const state = configurationStateTask({
    client,
    clock,
    log,
    random,
    namespace,
    name: 'controller',
    labels: { 'metallb.io/component-type': 'controller' },
    onReport: (findings, said) => teller.tell(findings, said),
  });
  return {
    name: 'findings',
    ready: state.ready,
    run: async (signal) => {
      const unsubscribe = configuration.onRead((read) => state.publish(read));
      if (configuration.wasRead) state.publish(configuration.state);
      try {
        await state.run(signal);
      } finally {
        unsubscribe();
      }
    },
  };
}

class FindingsTeller {
  readonly #options: FindingsOptions;
  /** Lines of the newest configuration, which were told. BOUNDED by its findings. */
  #told: ReadonlySet<string> | undefined;

  constructor(options: FindingsOptions) {
    this.#options = options;
  }

  /** The log of a process has all findings. Events tell no more what the ConfigurationState, whoever wrote it, says. */
  tell(findings: readonly Finding[], said: ReadonlySet<string>): void {
    for (const finding of findings) {
      const line = findingLine(finding);
      if (this.#told?.has(line) === true) continue;
      const { severity, path, message, object } = finding;
      this.#options.log.warn('configuration-finding', { ...object, severity, path, message });
      if (this.#told === undefined && said.has(line)) continue;
      const regarding = this.#reference(finding);
      if (regarding === undefined) continue;
      this.#options.events.record({ regarding, type: 'Warning', reason: eventReasons.configInvalid, message });
    }
    this.#told = new Set(findings.map(findingLine));
  }

  /** Undefined for an object that is gone meanwhile, and for those of other namespaces, whose owners did not ask us. */
  #reference({ object }: Finding): ObjectReference | undefined {
    const { objects, namespace } = this.#options;
    if (object.namespace !== namespace) return undefined;
    const kind = objects.find(({ type }) => type.kind === object.kind);
    const found = kind?.cache.get(keyOf(object));
    return kind && found && referenceTo(kind.type, found);
  }
}
