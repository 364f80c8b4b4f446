import type { Lease } from '../shared/api/lease.ts';
import { keyOf } from '../shared/api/object-meta.ts';
import { heldKeysAnnotation, pulseKeyOctets, pulseKeySecretName } from '../shared/api/pulse-keys.ts';
import { eventReasons } from '../shared/api/reasons.ts';
import { referenceTo } from '../shared/api/resource-type.ts';
import { type Secret, secretResource } from '../shared/api/secret.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Cache } from '../shared/kube/informer.ts';
import { informerTask } from '../shared/kube/informer-task.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { WorkOutcome } from '../shared/runtime/work-queue.ts';
import { workQueueTask } from '../shared/runtime/work-queue-task.ts';
import { saysNews } from './lease-news.ts';
import {
  initialPulseKey,
  type PulseKeyMove,
  type PulseKeyState,
  pulseKeyPatch,
  pulseKeySecret,
  type SpeakerKeys,
  stepPulseKey,
} from './pulse-key.ts';

export interface PulseKeyOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Of the installation. */
  readonly namespace: string;
  readonly speakerLeases: Cache<Lease>;
  /** So many octets that nobody can guess. */
  readonly randomOctets: (count: number) => Uint8Array;
}

/** Until the Leases are known, no speaker would seem to be without the next key. */
const leasesAwaitedMs = 200;

type Writing = Exclude<PulseKeyMove, { type: 'wait' | 'unreadable' }>;

/** Keeps the speakers' key: only in the leader, since two of them would create two. */
export function pulseKeyTasks(options: PulseKeyOptions): readonly Task[] {
  const { clock, log, random, speakerLeases } = options;
  const fieldSelector = `metadata.name=${pulseKeySecretName}`;
  const informer = informerTask({ ...options, name: 'informer-pulse-key', type: secretResource, fieldSelector });
  const keeper = new PulseKeyKeeper(options, informer.cache);
  const work = (): Promise<WorkOutcome> => keeper.look();
  const queue = workQueueTask({ name: 'pulse-key', clock, log, random, work });
  const keeping: Task = {
    name: 'pulse-key',
    ready: queue.ready,
    run: async (signal) => {
      const look = (): void => queue.add(pulseKeySecretName);
      void informer.ready.then(look);
      const unsubscribe = [
        informer.cache.onChange(look),
        speakerLeases.onChange((change) => {
          if (saysNews(change, heldKeysAnnotation)) look();
        }),
      ];
      try {
        await queue.run(signal);
      } finally {
        for (const end of unsubscribe) end();
      }
    },
  };
  return [informer, keeping];
}

class PulseKeyKeeper {
  readonly #options: PulseKeyOptions;
  readonly #secrets: Cache<Secret>;
  #state: PulseKeyState = initialPulseKey;
  /** Of the Secret that was complained about, which is done once. */
  #complainedOf = '';

  constructor(options: PulseKeyOptions, secrets: Cache<Secret>) {
    this.#options = options;
    this.#secrets = secrets;
  }

  async look(): Promise<WorkOutcome> {
    const { namespace, clock, speakerLeases } = this.#options;
    if (!this.#secrets.synced) return { type: 'done' };
    if (!speakerLeases.synced) return { type: 'again', delayMs: leasesAwaitedMs };
    const secret = this.#secrets.get(keyOf({ namespace, name: pulseKeySecretName }));
    const { state, move } = stepPulseKey(this.#state, { secret, speakers: this.#speakers(), nowMs: clock.now() });
    this.#state = state;
    if (move.type === 'wait') {
      return Number.isFinite(move.delayMs) ? { type: 'again', delayMs: move.delayMs } : { type: 'done' };
    }
    if (move.type === 'unreadable') {
      if (secret !== undefined) this.#complain(secret, move.why);
      return { type: 'done' };
    }
    try {
      await this.#write(move, secret);
      // The cache tells what came of it.
      return { type: 'done' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#afterFailure(move, error);
    }
  }

  #afterFailure(move: Writing, error: ApiError): WorkOutcome {
    // Where somebody else wrote, the cache brings what.
    const expected = error.code === 'Conflict' || error.code === 'AlreadyExists' || error.code === 'NotLeading';
    this.#options.log[expected ? 'debug' : 'warn']('pulse-key-not-written', { move: move.type, error });
    return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
  }

  async #write(move: Writing, secret: Secret | undefined): Promise<void> {
    const { client, log, namespace, randomOctets } = this.#options;
    const newKey = (): Uint8Array => randomOctets(pulseKeyOctets);
    if (move.type === 'create') {
      await client.create(secretResource, pulseKeySecret(namespace, newKey()));
      log.info('pulse-key-created', { secret: pulseKeySecretName });
    } else if (secret !== undefined) {
      const body = pulseKeyPatch(move, secret, newKey);
      await client.patch(secretResource, { namespace, name: pulseKeySecretName }, { type: 'merge', body });
      this.#tell(move, secret);
    }
  }

  #tell(move: Exclude<Writing, { type: 'create' }>, secret: Secret): void {
    const { log, events } = this.#options;
    if (move.type === 'begin') log.info('pulse-key-rotation-begun', { request: move.request });
    if (move.type === 'retire') log.info('pulse-key-rotation-ended');
    if (move.type !== 'promote') return;
    const { without } = move;
    const late = without.length > 0;
    log[late ? 'warn' : 'info']('pulse-key-rotated', late ? { without } : {});
    events.record({
      regarding: referenceTo(secretResource, secret),
      type: late ? 'Warning' : 'Normal',
      reason: eventReasons.pulseKeyRotated,
      message: late
        ? `a new key is in use, which the speakers of these nodes had not read within a minute: ${without.join(', ')}`
        : 'a new key is in use',
    });
  }

  #complain(secret: Secret, why: string): void {
    const { log, events } = this.#options;
    if (secret.meta.resourceVersion === this.#complainedOf) return;
    this.#complainedOf = secret.meta.resourceVersion;
    log.error('pulse-key-unreadable', { secret: pulseKeySecretName, why });
    events.record({
      regarding: referenceTo(secretResource, secret),
      type: 'Warning',
      reason: eventReasons.pulseKeyUnreadable,
      message: `cannot use the key: ${why}; delete the Secret, and a new one is created`,
    });
  }

  /** A Lease without a holder was released: its speaker is gone. */
  #speakers(): readonly SpeakerKeys[] {
    return [...this.#options.speakerLeases.values()].flatMap((lease) =>
      lease.holderIdentity === undefined
        ? []
        : [{ node: lease.holderIdentity, keys: (lease.meta.annotations[heldKeysAnnotation] ?? '').split(',') }],
    );
  }
}
