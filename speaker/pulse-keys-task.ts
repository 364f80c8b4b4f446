import { pulseKeyIdOf, pulseKeySecretName, readPulseKeys } from '../shared/api/pulse-keys.ts';
import { type Secret, secretResource } from '../shared/api/secret.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import type { Cache } from '../shared/kube/informer.ts';
import { informerTask } from '../shared/kube/informer-task.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { HeldKeys } from './datapath/table.ts';
import { PulseKeySet } from './liveness/pulse-key-set.ts';

export interface PulseKeysOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Of the installation. */
  readonly namespace: string;
  /** Told of every change, with the ids of the keys that are accepted, sorted. */
  readonly onKeys: (keys: HeldKeys, ids: readonly string[]) => void;
}

/** Follows the speakers' key in its Secret, and in no other. */
export function pulseKeysTasks(options: PulseKeysOptions): readonly Task[] {
  const fieldSelector = `metadata.name=${pulseKeySecretName}`;
  const informer = informerTask({ ...options, name: 'informer-pulse-key', type: secretResource, fieldSelector });
  const follower = new KeyFollower(options, informer.cache);
  return [
    informer,
    { name: 'pulse-keys', ready: Promise.resolve(), run: (signal) => follower.run(signal, informer.ready) },
  ];
}

class KeyFollower {
  readonly #options: PulseKeysOptions;
  readonly #secrets: Cache<Secret>;
  readonly #keys = new PulseKeySet();
  #cancelTimer = (): void => undefined;
  /** What `onKeys` was told last. */
  #told = '';
  #complaint = '';

  constructor(options: PulseKeysOptions, secrets: Cache<Secret>) {
    this.#options = options;
    this.#secrets = secrets;
  }

  async run(signal: AbortSignal, synced: Promise<void>): Promise<void> {
    const stopped = deferred();
    signal.addEventListener('abort', () => stopped.resolve(), { once: true });
    if (signal.aborted) return;
    const unsubscribe = this.#secrets.onChange(() => this.#read());
    void synced.then(() => this.#read());
    await stopped.promise;
    unsubscribe();
    this.#cancelTimer();
  }

  #read(): void {
    const { clock } = this.#options;
    // There is one at most: the watch selects it by name.
    const [secret] = this.#secrets.values();
    const read = secret === undefined ? undefined : readPulseKeys(secret);
    if (read?.readable) {
      this.#keys.read(read.keys, clock.now());
      this.#complaint = '';
    } else this.#complain(read?.why);
    this.#apply();
  }

  /** The controller says it to the users; here is why this node sends no pulses. */
  #complain(unreadable: string | undefined): void {
    const why = unreadable ?? 'there is none';
    if (why === this.#complaint) return;
    this.#complaint = why;
    // Where there is none yet, the controller is about to create it.
    const level = unreadable === undefined ? 'info' : 'warn';
    this.#options.log[level]('pulse-key-not-usable', { secret: pulseKeySecretName, why });
  }

  #apply(): void {
    const { clock, log, onKeys } = this.#options;
    this.#cancelTimer();
    const held = this.#keys.held(clock.now());
    const ids = held.accept.map(pulseKeyIdOf).sort();
    const send = held.send === undefined ? '' : pulseKeyIdOf(held.send);
    const now = [send, ...ids].join(' ');
    if (now !== this.#told) {
      this.#told = now;
      log.info('pulse-keys', { send, accept: ids });
      onKeys(held, ids);
    }
    const dueMs = this.#keys.nextDeadlineMs();
    if (Number.isFinite(dueMs)) this.#cancelTimer = clock.after(dueMs - clock.now(), () => this.#apply());
  }
}
