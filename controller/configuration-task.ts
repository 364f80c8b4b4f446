import { isDeepStrictEqual } from 'node:util';
import type { ConfigMap } from '../shared/api/config-map.ts';
import type { IPAddressPool } from '../shared/api/ip-address-pool.ts';
import type { L2Advertisement } from '../shared/api/l2-advertisement.ts';
import type { Node } from '../shared/api/node.ts';
import type { ApiObject, ObjectMeta } from '../shared/api/object-meta.ts';
import { unchangedLabels, unchangedSpec } from '../shared/api/unchanged-spec.ts';
import { oldestOf } from '../shared/config/age.ts';
import type { BgpResources } from '../shared/config/bgp/from-bgp-resources.ts';
import { type ConfigState, initialConfigState, stepConfig } from '../shared/config/config-state.ts';
import { GoneObjects } from '../shared/config/gone-objects.ts';
import { hasPools } from '../shared/config/has-pools.ts';
import { lostPools } from '../shared/config/lost-pools.ts';
import type { Config } from '../shared/config/model.ts';
import { ownObjects } from '../shared/config/namespaces.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { ControllerMetrics } from './metrics.ts';

export interface ConfigurationOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ControllerMetrics;
  readonly namespace: string;
  /** `namespace/name` of the ConfigMap. */
  readonly configMapKey: string;
  readonly pools: Cache<IPAddressPool>;
  readonly advertisements: Cache<L2Advertisement>;
  readonly configMaps: Cache<ConfigMap>;
  readonly nodes: Cache<Node>;
  readonly bgp: BgpKinds;
  /** False where the API server does not know the kind of pools any more, or does not answer. */
  readonly poolKindServed: (signal: AbortSignal) => Promise<boolean>;
  /** Resolves once these caches are complete. */
  readonly synced: Promise<unknown>;
}

/** The BGP kinds, which nothing waits for. */
export interface BgpKinds {
  readonly caches: readonly Pick<Cache<ApiObject>, 'onChange'>[];
  /** Undefined until all of them are known. */
  readonly resources: () => BgpResources | undefined;
  readonly synced: Promise<unknown>;
}

/** The configuration as others see it. */
export interface Configuration {
  readonly state: ConfigState;
  /** False until the objects were read for the first time. */
  readonly wasRead: boolean;
  /** When the oldest object of the configuration was created, in Unix ms; undefined where there is none. */
  readonly oldestMs: number | undefined;
  /** Resolves once there is a configuration that can be used. */
  readonly ready: Promise<void>;
  /** Reads at once what is due to be read. */
  refresh(): void;
  /** Told when a configuration with other pools comes into force. The returned function unsubscribes. */
  onConfig(listener: (config: Config) => void): () => void;
  /** Told whenever the configuration was read anew. */
  onRead(listener: (state: ConfigState) => void): () => void;
}

export interface ConfigurationTask extends Task, Configuration {}

/** The first change is read at once, what follows it within this time is read together. */
const gatherMs = 20;
/**
 * Objects that belong together are applied one after the other: a pool that is split, renamed or replaced, or a
 * ConfigMap that becomes IPAddressPools, is incomplete for a moment. Nothing is given from what is gone, but Services
 * give it back only after this time.
 */
export const lossMs = 1_000;
const kindGoneText =
  'the definition of IPAddressPool is gone, or the API server does not answer: Services keep their addresses; install the definitions again (helm upgrade), and apply the pools';

/** Reads the configuration whenever its objects change. The last one that could be used stays in force. */
export function configurationTask(options: ConfigurationOptions): ConfigurationTask {
  const reader = new ConfigurationReader(options);
  return {
    name: 'configuration',
    ready: reader.ready,
    get state() {
      return reader.state;
    },
    get wasRead() {
      return reader.state !== initialConfigState;
    },
    get oldestMs() {
      return reader.oldestMs;
    },
    refresh: () => reader.refresh(),
    onConfig: (listener) => reader.onConfig(listener),
    onRead: (listener) => reader.onRead(listener),
    run: (signal) => reader.run(signal),
  };
}

class ConfigurationReader {
  state: ConfigState = initialConfigState;
  readonly #options: ConfigurationOptions;
  readonly #ready = deferred();
  readonly #onConfig = new Set<(config: Config) => void>();
  readonly #onRead = new Set<(state: ConfigState) => void>();
  #readMs = Number.NEGATIVE_INFINITY;
  #cancelRead: (() => void) | undefined;
  #cancelLoss: (() => void) | undefined;
  /** When what is gone is lost. */
  #lossMs = Number.NEGATIVE_INFINITY;
  /** No IPAddressPool was left of those that were in force, and what was lost with them still may come back. */
  #allGone: GoneObjects | undefined;
  readonly #over = new AbortController();

  constructor(options: ConfigurationOptions) {
    this.#options = options;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get oldestMs(): number | undefined {
    const { namespace, configMapKey, pools, advertisements, configMaps } = this.#options;
    const configMap = configMaps.get(configMapKey);
    const own = ownObjects([...pools.values(), ...advertisements.values()], namespace);
    return oldestOf(configMap === undefined ? own : [...own, configMap]);
  }

  onConfig(listener: (config: Config) => void): () => void {
    this.#onConfig.add(listener);
    return () => void this.#onConfig.delete(listener);
  }

  onRead(listener: (state: ConfigState) => void): () => void {
    this.#onRead.add(listener);
    return () => void this.#onRead.delete(listener);
  }

  refresh(): void {
    if (this.#cancelRead === undefined) return;
    this.#cancelRead();
    this.#readAgain();
  }

  async run(signal: AbortSignal): Promise<void> {
    const stopped = deferred();
    signal.addEventListener('abort', () => stopped.resolve(), { once: true });
    await Promise.race([this.#options.synced, stopped.promise]);
    if (signal.aborted) return;
    const { pools, advertisements, configMaps, nodes, bgp } = this.#options;
    this.#putInForce(this.#read());
    const unsubscribe = [
      pools.onChange((change) => this.#onChange(change, unchangedSpec)),
      advertisements.onChange((change) => this.#onChange(change, unchangedSpec)),
      configMaps.onChange((change) => this.#onChange(change, () => false)),
      nodes.onChange((change) => this.#onChange(change, unchangedLabels)),
      ...bgp.caches.map((cache) => cache.onChange((change) => this.#onChange(change, unchangedSpec))),
    ];
    // Empty lists complete the caches without a change.
    void bgp.synced.then(() => signal.aborted || this.#readSoon());
    await stopped.promise;
    this.#over.abort();
    this.#cancelRead?.();
    this.#cancelLoss?.();
    for (const stop of unsubscribe) stop();
  }

  #onChange<T extends ApiObject>(change: Change<T>, same: (one: ObjectMeta, other: ObjectMeta) => boolean): void {
    if (change.type === 'modified' && same(change.object.meta, change.previous.meta)) return;
    this.#readSoon();
  }

  #readSoon(): void {
    if (this.#cancelRead !== undefined) return;
    const { clock } = this.#options;
    const delayMs = this.#readMs + gatherMs - clock.now();
    if (delayMs <= 0) this.#readAgain();
    else this.#cancelRead = clock.after(delayMs, () => this.#readAgain());
  }

  #readAgain(): void {
    this.#cancelRead = undefined;
    const next = this.#read();
    const { config } = this.state;
    if (config === undefined || next.config === undefined || next.config === config) {
      this.#putInForce(next);
      return;
    }
    const lost = lostPools(config, next.config);
    const leaving = new Set([...(config.leaving ?? []), ...lost]);
    if (lost.size > 0) {
      if (config.source === 'resources' && !hasPools(next.config)) this.#allGone ??= new GoneObjects();
      // Others may be awaited longer: those lose nothing by this.
      this.#loseLater(Math.max(lossMs, this.#lossMs - this.#options.clock.now()));
    }
    this.#putInForce(leaving.size === 0 ? next : { ...next, config: { ...next.config, leaving } });
  }

  #loseLater(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelLoss?.();
    this.#lossMs = clock.now() + delayMs;
    this.#cancelLoss = clock.after(delayMs, () => {
      this.#cancelLoss = undefined;
      if (this.#allGone === undefined) this.#lose();
      else void this.#loseIfDeleted(this.#allGone);
    });
  }

  async #loseIfDeleted(gone: GoneObjects): Promise<void> {
    const { poolKindServed, log } = this.#options;
    const { signal } = this.#over;
    const served = await poolKindServed(signal);
    // Read anew meanwhile, or stopped.
    if (this.#cancelLoss !== undefined || signal.aborted) return;
    const verdict = gone.answered(served);
    if (verdict.type === 'deleted') return this.#lose();
    if (verdict.news === 'back') log.info('pool-kind-served-again');
    if (verdict.news === 'missing') log.warn('pool-kind-not-served', { meaning: kindGoneText });
    this.#loseLater(verdict.askAgainMs);
  }

  #lose(): void {
    this.#allGone = undefined;
    const { config } = this.state;
    if (config === undefined) return;
    const { leaving: _, ...rest } = config;
    this.#putInForce({ ...this.state, config: rest });
  }

  #read(): ConfigState {
    const { namespace, configMapKey, pools, advertisements, configMaps, nodes, bgp } = this.#options;
    this.#readMs = this.#options.clock.now();
    return stepConfig(this.state, {
      namespace,
      pools: pools.values(),
      advertisements: advertisements.values(),
      configMap: configMaps.get(configMapKey),
      nodeLabels: new Map([...nodes.values()].map(({ meta }) => [meta.name, meta.labels])),
      bgp: bgp.resources(),
    });
  }

  #putInForce(next: ConfigState): void {
    const { log, metrics } = this.#options;
    const before = this.state;
    this.state = next;
    const { config, findings, stale } = next;
    metrics.configured(findings, stale);
    log.info('configuration-read', {
      source: config?.source,
      pools: config?.pools.size,
      findings: findings.length,
      stale,
    });
    for (const listener of this.#onRead) listener(next);
    if (config === undefined || config === before.config) return;
    this.#ready.resolve();
    if (before.config !== undefined && samePools(config, before.config)) return;
    for (const listener of this.#onConfig) listener(config);
  }
}

/** Advertisements are the speakers' business. */
function samePools(one: Config, other: Config): boolean {
  const parts = ['pools', 'setAside', 'leaving'] as const;
  return parts.every((part) => isDeepStrictEqual(one[part], other[part]));
}
