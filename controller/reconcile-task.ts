import { addressesInUseAnnotation, speakerMacsAnnotation } from '../shared/api/address-in-use.ts';
import type { IPAddressPool } from '../shared/api/ip-address-pool.ts';
import type { Lease } from '../shared/api/lease.ts';
import type { Namespace } from '../shared/api/namespace.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import type { Service } from '../shared/api/service.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Cache, Change, WriteThroughCache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import type { WorkOutcome } from '../shared/runtime/work-queue.ts';
import { type WorkQueueTask, workQueueTask } from '../shared/runtime/work-queue-task.ts';
import { AddressesInUse, sameUses } from './addresses-in-use.ts';
import { refusalReason } from './allocated-verdict.ts';
import { noForeignUses } from './allocator/foreign-use.ts';
import type { PoolSpace } from './allocator/pool.ts';
import { type Configuration, lossMs } from './configuration-task.ts';
import { firstConfiguration } from './first-configuration.ts';
import type { ControllerMetrics } from './metrics.ts';
import { pendingServices } from './pending-services.ts';
import { Reconciler, type ServiceWork } from './reconciler.ts';
import { ServiceWriter } from './service-writer-client.ts';
import { SpeakerPresence } from './speaker-presence.ts';
import { WritePace } from './write-pace.ts';

export interface ReconcileOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly metrics: ControllerMetrics;
  readonly services: WriteThroughCache<Service>;
  readonly namespaces: Cache<Namespace>;
  readonly speakerLeases: Cache<Lease>;
  readonly pools: Cache<IPAddressPool>;
  /** Clock time at which the API server was last heard. */
  readonly heardMs: () => number;
  /** Waits until the caches know all that was written before the call; false when the signal aborted first. */
  readonly fresh: (signal: AbortSignal) => Promise<boolean>;
  readonly configuration: Configuration;
  readonly loadBalancerClass: string | undefined;
  readonly writeConcurrency: number;
  /** The pools' use may have changed. */
  readonly onUsage: (pools: () => Iterable<PoolSpace>) => void;
}

const presenceCheckMs = 5_000;

/** What is reconciled. */
interface Reconciled {
  readonly services: Cache<Service>;
  readonly configuration: Pick<Configuration, 'state' | 'onConfig'>;
}

/**
 * Gives Services their addresses, and keeps their objects saying so. `ready`: everything that the objects say was
 * taken over. Until there is a configuration that can be used, nothing is touched.
 */
export function reconcileTask(options: ReconcileOptions): Task {
  const ready = deferred();
  const reconciling = new Reconciling(options);
  return {
    name: 'reconcile',
    ready: ready.promise,
    run: async (signal) => {
      const stopped = deferred();
      signal.addEventListener('abort', () => stopped.resolve(), { once: true });
      await Promise.race([options.fresh(signal), stopped.promise]);
      options.configuration.refresh();
      await Promise.race([options.configuration.ready, stopped.promise]);
      if (signal.aborted) return;
      const working = reconciling.queue.run(signal);
      const meanwhile = () => reconciling.start(tellingWhoWaits(options));
      await firstConfiguration({ ...options, meanwhile }, signal);
      const stop = signal.aborted ? undefined : reconciling.start(options);
      if (stop !== undefined) {
        options.log.info('adopted', { services: options.services.size, served: reconciling.served });
        ready.resolve();
      }
      await working;
      stop?.();
    },
  };
}

/** Nothing is given, nor taken over, while pools are awaited: that is only said, to those who have no address. */
function tellingWhoWaits({ services, configuration: { state } }: ReconcileOptions): Reconciled {
  return { services: pendingServices(services), configuration: { state, onConfig: () => () => undefined } };
}

class Reconciling {
  readonly queue: WorkQueueTask;
  readonly #options: ReconcileOptions;
  readonly #writer: ServiceWriter;
  /** When Services appeared that have no address yet. Bounded by the number of Services. */
  readonly #seenMs = new Map<ObjectKey, number>();
  /** By Service; bounded by their number. */
  readonly #paces = new Map<ObjectKey, WritePace>();
  #services: Cache<Service>;
  #presence: SpeakerPresence;
  #speakersGone = false;
  #reconciler: Reconciler | undefined;
  readonly #inUse = new AddressesInUse();
  #foreign = noForeignUses;
  #cancelCheck = (): void => undefined;
  #cancelForeign = (): void => undefined;

  constructor(options: ReconcileOptions) {
    this.#options = options;
    this.#services = options.services;
    this.#writer = new ServiceWriter(options);
    this.#presence = new SpeakerPresence(options.clock.now());
    this.queue = workQueueTask({
      name: 'service-writes',
      clock: options.clock,
      log: options.log,
      random: options.random,
      concurrency: options.writeConcurrency,
      work: (key) => this.#work(key),
    });
  }

  get served(): number {
    return this.#reconciler?.served().length ?? 0;
  }

  /** Adopts, then follows every change; all in one go, so that no change falls in between. */
  start({ services, configuration }: Reconciled): () => void {
    const { clock, random, namespaces, speakerLeases, loadBalancerClass } = this.#options;
    this.#services = services;
    const { config } = configuration.state;
    if (config === undefined) throw new Error('cannot start to reconcile: there is no configuration');
    this.#readInUse();
    this.#foreign = this.#inUse.uses(clock.now());
    const seed = Math.floor(random() * 2 ** 32);
    const reconciler = new Reconciler({
      config,
      services,
      namespaces,
      loadBalancerClass,
      foreign: this.#foreign,
      seed,
    });
    this.#reconciler = reconciler;
    this.#enqueue(reconciler.adopt(clock.wallMs()));
    const loseStrays = (): void => this.#enqueue(reconciler.loseStrays(clock.wallMs()));
    const cancelLoss = reconciler.hasStrays ? clock.after(lossMs, loseStrays) : undefined;

    this.#presence = new SpeakerPresence(clock.now());
    for (const lease of speakerLeases.values()) this.#presence.see(lease, clock.now());
    this.#checkPresence();
    this.#followForeign();
    const unsubscribe = [
      services.onChange((change) => this.#onService(change, reconciler)),
      namespaces.onChange((change) => this.#enqueue(reconciler.namespaceChanged(change, clock.wallMs()))),
      speakerLeases.onChange((change) => this.#onLease(change)),
      configuration.onConfig((next) => this.#enqueue(reconciler.configure(next, clock.wallMs()))),
    ];
    return () => {
      this.#cancelCheck();
      this.#cancelForeign();
      cancelLoss?.();
      for (const stop of unsubscribe) stop();
    };
  }

  #onService(change: Change<Service>, reconciler: Reconciler): void {
    const keys = reconciler.serviceChanged(change, this.#options.clock.wallMs());
    const key = keyOf(change.object.meta);
    const { type, ingress } = change.object;
    if (change.type === 'added' && type === 'LoadBalancer' && ingress.length === 0)
      this.#seenMs.set(key, this.#options.clock.now());
    if (change.type === 'deleted') {
      this.#writer.forget(key);
      this.#seenMs.delete(key);
      this.#paces.delete(key);
    }
    this.#enqueue(keys);
  }

  #onLease(change: Change<Lease>): void {
    if (change.type === 'deleted') this.#presence.drop(change.object);
    else this.#presence.see(change.object, this.#options.clock.now());
    if (tellsOfAddresses(change)) this.#followForeign();
    // A speaker that is back writes conditions: ours must not stand against them until the next check.
    if (this.#speakersGone) this.#notePresence();
  }

  /** What the controller that led before has told, and what the speakers say. */
  #readInUse(): void {
    const { clock, pools, speakerLeases } = this.#options;
    const told = [...pools.values()].flatMap(({ usage }) => usage?.addressesInUse ?? []);
    this.#inUse.restore(told, speakerLeases.values(), { nowMs: clock.now(), wallMs: clock.wallMs() });
    this.#inUse.see(speakerLeases.values(), clock.now());
  }

  /** Other machines use other addresses now, or it is time to try one again. */
  #followForeign(): void {
    const { clock, log, speakerLeases } = this.#options;
    this.#cancelForeign();
    this.#inUse.see(speakerLeases.values(), clock.now());
    const foreign = this.#inUse.uses(clock.now());
    if (!sameUses(foreign, this.#foreign)) {
      this.#foreign = foreign;
      log.info('addresses-in-use', { addresses: [...foreign.keys()] });
      this.#enqueue(this.#reconciler?.setForeign(foreign, clock.wallMs()) ?? []);
    }
    const delayMs = this.#inUse.nextChangeInMs(clock.now());
    if (Number.isFinite(delayMs)) this.#cancelForeign = clock.after(delayMs, () => this.#followForeign());
  }

  #enqueue(keys: Iterable<ObjectKey>): void {
    for (const key of keys) this.queue.add(key);
    this.#options.metrics.waiting(this.#reconciler?.waiting ?? 0);
    this.#options.onUsage(() => this.#reconciler?.pools() ?? []);
  }

  #checkPresence(): void {
    this.#notePresence();
    this.#cancelCheck = this.#options.clock.after(presenceCheckMs, () => this.#checkPresence());
  }

  #notePresence(): void {
    const { clock, log, heardMs } = this.#options;
    const gone = this.#presence.allGone(clock.now(), heardMs());
    if (gone === undefined || gone === this.#speakersGone) return;
    this.#speakersGone = gone;
    if (gone) log.warn('no-speaker-alive');
    else log.info('speakers-alive');
    // Those who came back say themselves what they announce.
    if (gone) this.#enqueue(this.#reconciler?.served() ?? []);
  }

  async #work(key: ObjectKey): Promise<WorkOutcome> {
    const { clock, log } = this.#options;
    const service = this.#services.get(key);
    if (service === undefined) return { type: 'done' };
    const now = { wallMs: clock.wallMs(), speakersGone: this.#speakersGone };
    const work = this.#reconciler?.workOn(service, now);
    if (work === undefined) return { type: 'done' };
    const { status, pools } = work.writes;
    const pace = status === undefined && pools === undefined ? undefined : this.#paceOf(key).take(clock.now());
    if (pace?.write === false) {
      if (pace.say) log.warn('service-status-contested', { service: key });
      return { type: 'again', delayMs: pace.delayMs };
    }
    const outcome = await this.#writer.write(service, work.writes, work.events);
    if (outcome.type !== 'done') return outcome;
    this.#done(key, service, work);
    return pace === undefined || this.#isSettled(key) ? outcome : { type: 'again', delayMs: 0 };
  }

  /** What we wrote the watch tells nobody: whether the server took all of it must be seen here. */
  #isSettled(key: ObjectKey): boolean {
    const { clock } = this.#options;
    const service = this.#services.get(key);
    const now = { wallMs: clock.wallMs(), speakersGone: this.#speakersGone };
    return service === undefined || this.#reconciler?.says(service, now) !== false;
  }

  #paceOf(key: ObjectKey): WritePace {
    const pace = this.#paces.get(key) ?? new WritePace(this.#options.clock.now());
    this.#paces.set(key, pace);
    return pace;
  }

  #done(key: ObjectKey, before: Service, work: ServiceWork): void {
    const { metrics, clock } = this.#options;
    const { decision } = work;
    if (decision === undefined) this.#reconciler?.leaverCleared(key);
    else this.#reconciler?.told(key, work.events);
    const refused = decision?.refusal === undefined ? undefined : refusalReason(decision.refusal);
    if (refused !== undefined && work.events.some(({ reason }) => reason === refused))
      metrics.allocationFailed(refused);
    if ((decision?.assignments.length ?? 0) === 0) return;
    const seenMs = this.#seenMs.get(key);
    this.#seenMs.delete(key);
    // Of a Service that appeared here the answer to the write may have been lost: then it is found written.
    if (seenMs === undefined && (before.ingress.length > 0 || work.writes.status === undefined)) return;
    const waitedMs = seenMs === undefined ? clock.wallMs() - before.meta.createdMs : clock.now() - seenMs;
    metrics.allocated(Math.max(0, waitedMs) / 1000);
  }
}

/** Renewals tell nothing. */
function tellsOfAddresses(change: Change<Lease>): boolean {
  const before = change.type === 'modified' ? change.previous.meta.annotations : {};
  const now = change.type === 'deleted' ? {} : change.object.meta.annotations;
  return [addressesInUseAnnotation, speakerMacsAnnotation].some((name) => before[name] !== now[name]);
}
