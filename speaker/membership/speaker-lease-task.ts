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
  /**
   * Undefined while this speaker could not announce anything: it takes no Lease, and lets the one that it has run out.
   */
  readonly facts: () => SpeakerFacts | undefined;
  /** Speakers with a Lease. */
  readonly speakers: () => number;
  /** Is there another member that could take over? */
  readonly hasSuccessor: () => boolean;
  /** Others have been told by pulses, and have taken over what this node still answers for. */
  readonly handedOver: Promise<void>;
  /** Do pulses reach all members? Some may know by the Lease alone that this speaker leaves. */
  readonly byPulses: () => boolean;
}

export interface SpeakerLeaseTask extends Task {
  /** The facts may have changed: what is new is written at once. */
  publish(): void;
  /** Somebody deleted the Lease of this speaker: it is written anew at once, since the others have forgotten it. */
  restore(): void;
}

/** Retries stay well within a Lease's duration. */
const renewBackoff: BackoffSchedule = { initialMs: 200, factor: 2, maxMs: 5_000, jitter: 0.5 };
/** Within a Lease's duration a renewal that gets no answer is tried again twice. */
const renewTimeoutMs = 3_000;
/** While there is nothing to say: how often to look whether that is over. */
const heldBackMs = 500;
/** How long those who watch Leases have to see that this speaker leaves, and to take over, while it still answers. */
const handoverByLeaseMs = 500;
/** How long those who hear pulses have, at most: with very many addresses, or when datagrams are lost. */
const handoverByPulsesMs = 3_000;
/** For each request at the end: an API server that is away must not keep the process from ending. */
const leaveTimeoutMs = 1_000;

/** Keeps this speaker's Lease, and gives it back in order: says `leave`, lets the successors take over, deletes it. */
export function speakerLeaseTask(options: SpeakerLeaseOptions): SpeakerLeaseTask {
  const keeper = new LeaseKeeper(options);
  return {
    name: 'speaker-lease',
    ready: keeper.ready,
    publish: () => keeper.publish(),
    restore: () => keeper.restore(),
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
  /** So often in a row it was held back. */
  #heldBackLooks = 0;

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

  restore(): void {
    if (this.#written !== undefined) this.#changed.resolve();
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
    this.#noteHeldBack(facts === undefined && this.#written !== undefined);
    if (facts === undefined) return heldBackMs;
    try {
      await callWithin((within) => this.#write(facts, within), { clock, timeoutMs: renewTimeoutMs, signal });
    } catch (error) {
      if (signal.aborted) return 0;
      if (this.#backoff.failures === 0) log.warn('lease-renewal-failed', { error });
      const retryAfterMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
      const waitMs = this.#backoff.next(retryAfterMs);
      // Where the server asks to be left alone, what is new waits, too.
      await delay(clock, retryAfterMs, signal);
      return waitMs - retryAfterMs;
    }
    if (this.#backoff.failures > 0) log.info('lease-renewed-again', { failures: this.#backoff.failures });
    this.#backoff.reset();
    this.#written = facts;
    // They may have changed back meanwhile, to what was written before.
    this.publish();
    this.#ready.resolve();
    return renewIntervalMs(speakers());
  }

  /** After a pause of the whole process the datapath seems silent, too, until its first tick: that says nothing. */
  #noteHeldBack(heldBack: boolean): void {
    const { log } = this.#options;
    const looks = this.#heldBackLooks;
    this.#heldBackLooks = heldBack ? looks + 1 : 0;
    if (heldBack && looks === 1) log.error('lease-held-back', { why: 'the datapath does not answer' });
    if (!heldBack && looks > 1) log.info('lease-held-back-no-more', {});
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

  async #leave(facts: SpeakerFacts): Promise<void> {
    const { clock, log, byPulses, hasSuccessor } = this.#options;
    const over = new AbortController();
    const limitMs = byPulses() ? handoverByPulsesMs : handoverByLeaseMs;
    const handedOver = hasSuccessor()
      ? Promise.race([this.#options.handedOver, delay(clock, limitMs, over.signal)])
      : undefined;
    try {
      await this.#giveBack(facts, handedOver);
    } catch (error) {
      // The Lease expires by itself; until then those who don't hear pulses wait for this node.
      log.warn('leave-failed', { error });
    }
    await handedOver;
    over.abort();
  }

  /**
   * Says `leave` in the Lease until others have taken over, where any are there to do so, and deletes it. A Lease that
   * goes without that word was deleted by somebody else, to those who still hear this speaker.
   */
  async #giveBack(facts: SpeakerFacts, handedOver: Promise<unknown> | undefined): Promise<void> {
    const { client, clock, log, namespace, node, byPulses } = this.#options;
    if (!(await this.#holds(facts))) return;
    await this.#within((signal) => this.#write({ ...facts, leaving: true }, signal));
    if (handedOver !== undefined) {
      const never = new AbortController().signal;
      await Promise.all([handedOver, byPulses() ? undefined : delay(clock, handoverByLeaseMs, never)]);
      if (!(await this.#holds(facts))) return;
    }
    await this.#within((signal) => client.delete(leaseResource, { namespace, name: speakerLeaseName(node) }, signal));
    log.info('left', {});
  }

  /** A speaker that was started on this node meanwhile has written its own facts: its Lease is not ours to take. */
  async #holds({ incarnation }: SpeakerFacts): Promise<boolean> {
    const { client, log, namespace, node } = this.#options;
    const name = { namespace, name: speakerLeaseName(node) };
    const lease = await this.#within((signal) => client.get(leaseResource, name, signal));
    const holder = lease === undefined ? undefined : decodeSpeakerFacts(lease.meta.annotations).incarnation;
    if (holder !== incarnation) log.info('lease-held-by-another', { holder });
    return holder === incarnation;
  }

  #within<R>(call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock } = this.#options;
    return callWithin(call, { clock, timeoutMs: leaveTimeoutMs, signal: new AbortController().signal });
  }
}
