import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import type { ServiceL2Status } from '../../shared/api/service-l2-status.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { Cache } from '../../shared/kube/informer.ts';
import type { BackoffSchedule } from '../../shared/runtime/backoff.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { type Deferred, deferred } from '../../shared/runtime/deferred.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { type WorkOutcome, WorkQueue } from '../../shared/runtime/work-queue.ts';
import type { Holding } from '../owned-addresses.ts';
import type { Plan } from '../plan.ts';
import { announcedCondition } from './announced-condition.ts';
import { ForeignReports } from './foreign-reports.ts';
import { l2StatusName, nodeOf, serviceOf } from './l2-status.ts';
import type { ReportWriter } from './report-writer.ts';
import { firstIp, type ReportAction, reportService } from './service-report.ts';

export interface StatusOptions {
  readonly self: string;
  readonly namespace: string;
  readonly services: Cache<Service>;
  readonly l2Statuses: Cache<ServiceL2Status>;
  /** `l2Statuses` is filled; an empty list fills it without a change. */
  readonly synced: Promise<unknown>;
  readonly writer: ReportWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

/** What reports are made from, besides the caches. */
export interface StatusView {
  readonly plan: Plan;
  /** Nodes of all members that stay. */
  readonly reporters: readonly string[];
}

export interface StatusTask extends Task {
  /** A new plan. */
  setView(view: StatusView): void;
  /** Addresses that this node's datapath answers for, with their interfaces: read once when a report needs them. */
  setOwned(read: () => ReadonlyMap<string, Holding>): void;
}

/** Services that are being written at once. */
const concurrency = 8;
/** Nobody may announce: while a Service starts up that is nothing to report. */
const settleMs = 2_000;
/** While an address moves, two speakers may both believe that they own it: neither may write all the time. */
const restMs = 250;
/** A conflict is solved as soon as the cache has the newer Service. */
const statusBackoff: BackoffSchedule = { initialMs: 50, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** Writes ServiceL2Status objects, the condition `herald/Announced` and the events that go with them. */
export function statusTask(options: StatusOptions): StatusTask {
  return new Reporter(options);
}

class Reporter implements StatusTask {
  readonly name = 'status';
  readonly ready = Promise.resolve();
  readonly #options: StatusOptions;
  readonly #queue: WorkQueue;
  #wake: Deferred = deferred();
  /** When a Service was last reported on. BOUNDED by the Services of the last `restMs`, after the next plan. */
  readonly #reportedMs = new Map<ObjectKey, number>();
  /** BOUNDED by `concurrency`. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #foreign: ForeignReports;
  #allChanged = true;
  #view: StatusView | undefined;
  #readOwned: () => ReadonlyMap<string, Holding> = () => new Map();
  #owned: ReadonlyMap<string, Holding> | undefined;
  /** A write was refused, or did not arrive, and none has succeeded since: with many Services that is said once. */
  #failing = false;
  /** Since when a Service has an address that nobody may announce. BOUNDED by the Services of the plan. */
  readonly #unannouncedSinceMs = new Map<ObjectKey, number>();

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(statusBackoff, options.random);
    this.#foreign = new ForeignReports(options.self);
  }

  setView(view: StatusView): void {
    this.#view = view;
    this.#noteUnannounced(view.plan);
    this.#markAll();
  }

  setOwned(read: () => ReadonlyMap<string, Holding>): void {
    this.#readOwned = read;
    this.#owned = undefined;
    this.#markAll();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { services, l2Statuses } = this.#options;
    const unsubscribe = [
      services.onChange(({ object }) => this.#lookAt(keyOf(object.meta))),
      l2Statuses.onChange(({ type, object }) => {
        const node = type === 'deleted' ? '' : nodeOf(object);
        this.#foreign.see(serviceOf(object), node, this.#options.clock.wallMs());
        this.#lookAt(serviceOf(object));
      }),
    ];
    void this.#options.synced.then(() => this.#markAll());
    const stop = (): void => this.#wake.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) {
        this.#wake = deferred();
        if (this.#allChanged) this.#lookAtAll();
        this.#startWork();
        await this.#nextDue();
      }
    } finally {
      signal.removeEventListener('abort', stop);
      for (const end of unsubscribe) end();
      await Promise.all(this.#underWay);
    }
  }

  #markAll(): void {
    this.#allChanged = true;
    this.#wake.resolve();
  }

  #noteUnannounced(plan: Plan): void {
    const { clock } = this.#options;
    for (const key of this.#unannouncedSinceMs.keys()) {
      if ((plan.services.get(key)?.unannounced.length ?? 0) === 0) this.#unannouncedSinceMs.delete(key);
    }
    for (const [key, { unannounced }] of plan.services) {
      if (unannounced.length === 0 || this.#unannouncedSinceMs.has(key)) continue;
      this.#unannouncedSinceMs.set(key, clock.now());
      this.#queue.add(key, clock.now() + settleMs, clock.now());
    }
  }

  #lookAtAll(): void {
    this.#allChanged = false;
    const nowMs = this.#options.clock.now();
    for (const [key, atMs] of this.#reportedMs) if (nowMs - atMs >= restMs) this.#reportedMs.delete(key);
    if (this.#view === undefined) return;
    const { services, l2Statuses } = this.#options;
    const keys = new Set(this.#view.plan.services.keys());
    for (const status of l2Statuses.values()) keys.add(serviceOf(status));
    for (const { meta, conditions } of services.values()) {
      if (announcedCondition(conditions) !== undefined) keys.add(keyOf(meta));
    }
    for (const key of keys) this.#lookAt(key);
  }

  #lookAt(key: ObjectKey): void {
    const l2Status = this.#l2StatusOf(key);
    this.#noteSeen(key, l2Status);
    const nowMs = this.#options.clock.now();
    const contestedMs = this.#contestedMs(key);
    if (contestedMs > 0) this.#queue.add(key, nowMs + contestedMs, nowMs);
    if (contestedMs > 0 || this.#report(key, l2Status).length === 0) return;
    this.#queue.add(key, Math.max(nowMs, (this.#reportedMs.get(key) ?? Number.NEGATIVE_INFINITY) + restMs), nowMs);
    this.#wake.resolve();
  }

  #noteSeen(key: ObjectKey, l2Status: ServiceL2Status | undefined): void {
    const { self, services, writer } = this.#options;
    const service = services.get(key);
    if (service === undefined || l2Status?.node === self) writer.seen(key, 'nodeAssigned');
    if (service === undefined || announcedCondition(service.conditions)?.status === 'False') {
      writer.seen(key, 'notAnnounced');
    }
  }

  #l2StatusOf(key: ObjectKey): ServiceL2Status | undefined {
    return this.#options.l2Statuses.get(keyOf({ namespace: this.#options.namespace, name: l2StatusName(key) }));
  }

  /** How long another owner's report has to be left alone. */
  #contestedMs(key: ObjectKey): number {
    const { plan, reporters } = this.#view ?? { plan: undefined, reporters: [] };
    this.#owned ??= this.#readOwned();
    const holding = this.#owned.get(firstIp(plan?.services.get(key)) ?? '');
    if (holding === undefined) return 0;
    return this.#foreign.restMs(key, { sinceMs: holding.sinceMs, reporters, wallMs: this.#options.clock.wallMs() });
  }

  #report(key: ObjectKey, l2Status: ServiceL2Status | undefined): readonly ReportAction[] {
    const { self, services, l2Statuses, clock } = this.#options;
    if (this.#view === undefined || !l2Statuses.synced) return [];
    const sinceMs = this.#unannouncedSinceMs.get(key);
    this.#owned ??= this.#readOwned();
    return reportService({
      key,
      self,
      plan: this.#view.plan.services.get(key),
      service: services.get(key),
      l2Status,
      owned: this.#owned,
      reporters: this.#view.reporters,
      settled: sinceMs !== undefined && clock.now() - sinceMs >= settleMs,
      wallMs: clock.wallMs(),
    });
  }

  #startWork(): void {
    const { clock } = this.#options;
    while (this.#underWay.size < concurrency) {
      const key = this.#queue.take(clock.now());
      if (key === undefined) return;
      const work = this.#carryOut(key).then((outcome) => {
        this.#underWay.delete(work);
        this.#queue.finish(key, outcome, clock.now());
        this.#wake.resolve();
      });
      this.#underWay.add(work);
    }
  }

  async #carryOut(key: ObjectKey): Promise<WorkOutcome> {
    const contestedMs = this.#contestedMs(key);
    if (contestedMs > 0) return { type: 'again', delayMs: contestedMs };
    const actions = this.#report(key, this.#l2StatusOf(key));
    if (actions.length > 0) this.#reportedMs.set(key, this.#options.clock.now());
    try {
      for (const action of actions) await this.#options.writer.write(key, action);
      if (actions.length > 0) this.#noteWritten();
      return this.#untilSettled(key);
    } catch (error) {
      return this.#afterFailure(key, error);
    }
  }

  /** Of two due times the queue keeps the earlier: one for `settleMs` may have been replaced. */
  #untilSettled(key: ObjectKey): WorkOutcome {
    const sinceMs = this.#unannouncedSinceMs.get(key);
    const delayMs = sinceMs === undefined ? 0 : sinceMs + settleMs - this.#options.clock.now();
    return delayMs > 0 ? { type: 'again', delayMs } : { type: 'done' };
  }

  #afterFailure(key: ObjectKey, error: unknown): WorkOutcome {
    if (!(error instanceof ApiError)) {
      this.#options.log.error('status-write-failed', { service: key, error });
      return { type: 'retry' };
    }
    // A Service that is gone is looked at again when the cache says so.
    if (error.code === 'NotFound') return { type: 'done' };
    if (error.code === 'Conflict') this.#options.log.debug('status-conflict', { service: key });
    else this.#noteFailure(key, error);
    return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
  }

  #noteFailure(key: ObjectKey, error: ApiError): void {
    this.#options.log[this.#failing ? 'debug' : 'warn']('status-write-failed', { service: key, error });
    this.#failing = true;
  }

  #noteWritten(): void {
    if (this.#failing) this.#options.log.info('status-written-again', {});
    this.#failing = false;
  }

  async #nextDue(): Promise<void> {
    const { clock } = this.#options;
    const dueMs = this.#underWay.size < concurrency ? this.#queue.nextDueMs(clock.now()) : undefined;
    if (dueMs === undefined) return this.#wake.promise;
    const over = new AbortController();
    const time = delay(clock, Math.max(0, dueMs - clock.now()), over.signal);
    await Promise.race([time, this.#wake.promise]);
    over.abort();
  }
}
