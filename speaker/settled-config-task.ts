import type { ApiObject } from '../shared/api/object-meta.ts';
import { unchangedSpec } from '../shared/api/unchanged-spec.ts';
import { type ConfigState, initialConfigState, stepConfig } from '../shared/config/config-state.ts';
import type { Config } from '../shared/config/model.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { Settling } from './settling.ts';
import { configMapOf, type SpeakerCaches } from './speaker-caches.ts';

export interface SettledConfigOptions {
  readonly namespace: string;
  readonly configMapName: string;
  readonly caches: SpeakerCaches;
  readonly clock: Clock;
  /** It was read anew. */
  readonly onConfig: (state: ConfigState) => void;
}

/**
 * Objects that belong together are applied one after the other: while a pool is split, renamed or replaced, an address
 * is in no pool for a moment, or its pool in no advertisement. Until that has settled, what is announced stays.
 */
const configurationSettles = { quietMs: 500, longestMs: 2_000 };

/** The configuration that plans are made for. */
export class SettledConfig {
  readonly #options: SettledConfigOptions;
  readonly #settling = new Settling(configurationSettles);
  #cancelSettled = (): void => undefined;
  #settled = false;
  #state: ConfigState = initialConfigState;

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
    const see = (change: Change<ApiObject>): void => {
      if (change.type !== 'modified' || !unchangedSpec(change.previous.meta, change.object.meta))
        this.#changed(listener);
    };
    const caches: readonly Cache<ApiObject>[] = [pools, advertisements, configMaps];
    const unsubscribe = caches.map((cache) => cache.onChange(see));
    return () => {
      for (const end of unsubscribe) end();
      this.#cancelSettled();
    };
  }

  /** Reads it anew if it is time to. Whether another one is in force now. */
  refresh(): boolean {
    // Where no pool is in force nothing can be lost, so there is nothing to wait for.
    if (!this.#settled && (this.config?.pools.size ?? 0) > 0) return false;
    const { caches, namespace, configMapName } = this.#options;
    this.#settled = false;
    this.#settling.lookedAt();
    this.#cancelSettled();
    const before = this.config;
    this.#state = stepConfig(this.#state, {
      namespace,
      pools: caches.pools.values(),
      advertisements: caches.advertisements.values(),
      configMap: configMapOf(caches, namespace, configMapName),
    });
    this.#options.onConfig(this.#state);
    return this.config !== before;
  }

  #changed(listener: () => void): void {
    const { clock } = this.#options;
    this.#settling.changed(clock.now());
    this.#cancelSettled();
    this.#cancelSettled = clock.after(this.#settling.dueMs - clock.now(), () => {
      // A flag, since timers may fire a moment before their time: a comparison of times could then miss it for good.
      this.#settled = true;
      listener();
    });
    listener();
  }
}
