import type { ApiObject } from '../shared/api/object-meta.ts';
import { unchangedSpec } from '../shared/api/unchanged-spec.ts';
import { type ConfigState, initialConfigState, stepConfig } from '../shared/config/config-state.ts';
import { GoneObjects, objectsAwaitedMs } from '../shared/config/gone-objects.ts';
import { hasPools } from '../shared/config/has-pools.ts';
import { lostPools } from '../shared/config/lost-pools.ts';
import type { Config } from '../shared/config/model.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type ConfigurationObjects, losesKind, noObjects, stillGone, withGone } from './configuration-objects.ts';
import { Settling } from './settling.ts';
import { configMapOf, type SpeakerCaches } from './speaker-caches.ts';

export interface SettledConfigOptions {
  readonly namespace: string;
  readonly configMapName: string;
  readonly caches: SpeakerCaches;
  readonly clock: Clock;
  readonly log: Log;
  /** False where the API server does not know pools or advertisements any more, or does not answer. */
  readonly kindsServed: (signal: AbortSignal) => Promise<boolean>;
  /** It was read anew. */
  readonly onConfig: (state: ConfigState) => void;
}

/** Objects of a kind of which none is left. */
interface Gone {
  readonly objects: ConfigurationObjects;
  readonly wait: GoneObjects;
}

/**
 * Objects that belong together are applied one after the other: while a pool is split, renamed or replaced, an address
 * is in no pool for a moment, or its pool in no advertisement. Until that has settled, what is announced stays.
 */
const configurationSettles = { quietMs: 500, longestMs: 2_000 };
/** A definition goes a moment after the last of its objects. */
const definitionGoesMs = 1_000;
/** Longer than the controller waits, who gives addresses back then: of those there is nothing more to tell. */
const awaitedMs = objectsAwaitedMs + 10_000;
const definitionsGoneText =
  'the definition of IPAddressPool or L2Advertisement is gone, or the API server does not answer: what is announced stays so; install the definitions again (helm upgrade), and apply the pools and advertisements';

/** The configuration that plans are made for. */
export class SettledConfig {
  readonly #options: SettledConfigOptions;
  readonly #settling = new Settling(configurationSettles);
  #cancelSettled = (): void => undefined;
  #settled = false;
  #state: ConfigState = initialConfigState;
  /** That it was read from. */
  #objects = noObjects;
  /** In force all the same, until it is known whether they are to be. */
  #gone: Gone | undefined;
  #cancelAsking = (): void => undefined;
  #tell = (): void => undefined;
  readonly #over = new AbortController();

  constructor(options: SettledConfigOptions) {
    this.#options = options;
  }

  /** In force. */
  get config(): Config | undefined {
    return this.#state.config;
  }

  /** Follows the objects; the listener is told when it is time to `refresh`. What is returned ends that. */
  follow(listener: () => void): () => void {
    const { pools, advertisements, configMaps } = this.#options.caches;
    this.#tell = listener;
    const see = (change: Change<ApiObject>): void => {
      if (change.type !== 'modified' || !unchangedSpec(change.previous.meta, change.object.meta)) this.#changed();
    };
    const caches: readonly Cache<ApiObject>[] = [pools, advertisements, configMaps];
    const unsubscribe = caches.map((cache) => cache.onChange(see));
    return () => {
      for (const end of unsubscribe) end();
      this.#over.abort();
      this.#cancelSettled();
      this.#cancelAsking();
    };
  }

  /** Reads it anew if it is time to. Whether another one is in force now. */
  refresh(): boolean {
    // Where no pool is in force nothing can be lost, so there is nothing to wait for.
    if (!this.#settled && (this.config?.pools.size ?? 0) > 0) return false;
    this.#settled = false;
    this.#settling.lookedAt();
    this.#cancelSettled();
    const before = this.config;
    const now = this.#present();
    this.#state = this.#read(now);
    if (before !== undefined && this.config !== undefined) this.#noteGone(now, before, this.config);
    this.#objects = now;
    if (this.#gone !== undefined) {
      this.#objects = withGone(now, this.#gone.objects);
      this.#state = this.#read(this.#objects);
    }
    this.#options.onConfig(this.#state);
    return this.config !== before;
  }

  #changed(): void {
    const { clock } = this.#options;
    this.#settling.changed(clock.now());
    this.#cancelSettled();
    this.#cancelSettled = clock.after(this.#settling.dueMs - clock.now(), () => this.#settle());
    this.#tell();
  }

  #settle(): void {
    // A flag, since timers may fire a moment before their time: a comparison of times could then miss it for good.
    this.#settled = true;
    this.#tell();
  }

  #present(): ConfigurationObjects {
    const { caches, namespace, configMapName } = this.#options;
    return {
      pools: [...caches.pools.values()],
      advertisements: [...caches.advertisements.values()],
      configMap: configMapOf(caches, namespace, configMapName),
    };
  }

  #read(objects: ConfigurationObjects): ConfigState {
    return stepConfig(this.#state, { ...objects, namespace: this.#options.namespace });
  }

  /** `next` would be in force instead of `before`, by the objects that are there now. */
  #noteGone(now: ConfigurationObjects, before: Config, next: Config): void {
    const inForce = this.#objects;
    const replaced = next.source === 'configMap' && hasPools(next);
    const awaited = this.#gone?.wait.awaited === true;
    if (replaced || !(awaited || losesKind(inForce, now))) {
      this.#forgetGone();
      return;
    }
    if (this.#gone === undefined) this.#askIn(definitionGoesMs);
    const { wait, objects: gone } = this.#gone ?? { wait: new GoneObjects(awaitedMs), objects: noObjects };
    this.#gone = { wait, objects: stillGone({ inForce, gone, now, lost: lostPools(before, next) }) };
  }

  #forgetGone(): void {
    this.#gone = undefined;
    this.#cancelAsking();
  }

  #askIn(delayMs: number): void {
    this.#cancelAsking();
    this.#cancelAsking = this.#options.clock.after(delayMs, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const { kindsServed, log } = this.#options;
    const wait = this.#gone?.wait;
    const served = await kindsServed(this.#over.signal);
    if (wait === undefined || this.#gone?.wait !== wait || this.#over.signal.aborted) return;
    const verdict = wait.answered(served);
    if (verdict.type === 'awaited') {
      if (verdict.news === 'back') log.info('definitions-served-again');
      if (verdict.news === 'missing') log.warn('definitions-not-served', { meaning: definitionsGoneText });
      this.#askIn(verdict.askAgainMs);
      return;
    }
    this.#forgetGone();
    this.#objects = noObjects;
    this.#settle();
  }
}
