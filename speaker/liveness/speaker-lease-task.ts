import { isDeepStrictEqual } from 'node:util';
import { leaseResource } from '../../shared/api/lease.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { callWithin } from '../../shared/kube/call-within.ts';
import { Backoff, type BackoffSchedule } from '../../shared/runtime/backoff.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { type Deferred, deferred } from '../../shared/runtime/deferred.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { renewIntervalMs, speakerLeaseName } from './membership.ts';
import { decodeSpeakerFacts, type SpeakerFacts } from './speaker-facts.ts';
import { leaseObject, leasePatch } from './speaker-lease.ts';

export interface SpeakerLeaseOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly namespace: string;
  readonly node: string;
  /** Undefined while this speaker could not announce anything: it has no Lease until then. */
  readonly facts: () => SpeakerFacts | undefined;
  /** Speakers with a Lease. */
  readonly speakers: () => number;
  /** Is there another member that could take over? */
  readonly hasSuccessor: () => boolean;
}

export interface SpeakerLeaseTask extends Task {
  /** The facts may have changed: what is new is written at once. */
  publish(): void;
}

/** Retries stay well within a Lease's duration. */
const renewBackoff: BackoffSchedule = { initialMs: 200, factor: 2, maxMs: 5_000, jitter: 0.5 };
/** Within a Lease's duration a renewal that gets no answer is tried again twice. */
const renewTimeoutMs = 3_000;
/** How long the others have to see that this speaker leaves, and to take over, while it still answers. */
const handoverMs = 500;
/** An API server that is away must not keep the process from ending. */
const leaveTimeoutMs = 2_000;

/** Keeps this speaker's Lease, and gives it back in order: says `leave`, lets the successors take over, deletes it. */
export function speakerLeaseTask(options: SpeakerLeaseOptions): SpeakerLeaseTask {
  const keeper = new LeaseKeeper(options);
  return {
    name: 'speaker-lease',
    ready: keeper.ready,
    publish: () => keeper.publish(),
    run: (signal) => keeper.run(signal),
  };
}

class LeaseKeeper {
  readonly #options: SpeakerLeaseOptions;
  readonly #backoff: Backoff;
  readonly #ready = deferred();
  readonly #startedMs: number;
  #changed: Deferred = deferred();
  #written: SpeakerFacts | undefined;

  constructor(options: SpeakerLeaseOptions) {
    this.#options = options;
    this.#backoff = new Backoff(renewBackoff, options.random);
    this.#startedMs = options.clock.wallMs();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  publish(): void {
    if (!isDeepStrictEqual(this.#options.facts(), this.#written)) this.#changed.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#renew(signal);
      await this.#waitForChange(waitMs, signal);
    }
    if (this.#written !== undefined) await this.#leave(this.#written);
  }

  /** Writes once; returns how long to wait for the next time. */
  async #renew(signal: AbortSignal): Promise<number> {
    const { facts: factsNow, speakers, log, clock } = this.#options;
    this.#changed = deferred();
    const facts = factsNow();
    if (facts === undefined) return renewIntervalMs(speakers());
    try {
      await callWithin((within) => this.#write(facts, within), { clock, timeoutMs: renewTimeoutMs, signal });
    } catch (error) {
      if (signal.aborted) return 0;
      if (this.#backoff.failures === 0) log.warn('lease-renewal-failed', { error });
      return this.#backoff.next(error instanceof ApiError ? error.retryAfterMs : undefined);
    }
    if (this.#backoff.failures > 0) log.info('lease-renewed-again', { failures: this.#backoff.failures });
    this.#backoff.reset();
    this.#written = facts;
    // They may have changed back meanwhile, to what was written before.
    this.publish();
    this.#ready.resolve();
    return renewIntervalMs(speakers());
  }

  async #write(facts: SpeakerFacts, signal: AbortSignal): Promise<void> {
    const { client, clock, namespace, node, speakers } = this.#options;
    const content = {
      namespace,
      node,
      facts,
      speakers: speakers(),
      startedMs: this.#startedMs,
      nowMs: clock.wallMs(),
    };
    const name = { namespace, name: speakerLeaseName(node) };
    try {
      await client.patch(leaseResource, name, { type: 'merge', body: leasePatch(content) }, { signal });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'NotFound') throw error;
      await client.create(leaseResource, leaseObject(content), { signal });
    }
  }

  async #waitForChange(waitMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const time = delay(this.#options.clock, waitMs, AbortSignal.any([signal, over.signal]));
    await Promise.race([time, this.#changed.promise]);
    over.abort();
  }

  /** A speaker that was started on this node meanwhile has written its own facts: its Lease is not ours to take. */
  async #holds({ incarnation }: SpeakerFacts, signal: AbortSignal): Promise<boolean> {
    const { client, log, namespace, node } = this.#options;
    const lease = await client.get(leaseResource, { namespace, name: speakerLeaseName(node) }, signal);
    const holder = lease === undefined ? undefined : decodeSpeakerFacts(lease.meta.annotations).incarnation;
    if (holder !== incarnation) log.info('lease-held-by-another', { holder });
    return holder === incarnation;
  }

  async #leave(facts: SpeakerFacts): Promise<void> {
    const { client, clock, log, namespace, node, hasSuccessor } = this.#options;
    const timeout = new AbortController();
    const cancel = clock.after(leaveTimeoutMs, () => timeout.abort());
    try {
      if (!(await this.#holds(facts, timeout.signal))) return;
      if (hasSuccessor()) {
        await this.#write({ ...facts, leaving: true }, timeout.signal);
        await delay(clock, handoverMs, timeout.signal);
        if (!(await this.#holds(facts, timeout.signal))) return;
      }
      await client.delete(leaseResource, { namespace, name: speakerLeaseName(node) }, timeout.signal);
      log.info('left', {});
    } catch (error) {
      // The Lease expires by itself; until then the others wait for this node.
      log.warn('leave-failed', { error });
    } finally {
      cancel();
    }
  }
}
