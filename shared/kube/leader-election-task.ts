import type { JsonObject } from '../api/json.ts';
import { type Lease, leaseResource } from '../api/lease.ts';
import type { Clock } from '../runtime/clock.ts';
import { deferred } from '../runtime/deferred.ts';
import { delay } from '../runtime/delay.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { Task } from '../runtime/task.ts';
import type { ApiClient, ObjectName } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { callWithin } from './call-within.ts';
import {
  type ElectionEvent,
  type ElectionMove,
  type ElectionRules,
  type ElectionState,
  initialElection,
  leadsAt,
  nextElectionMove,
  releasedSpec,
  stepElection,
} from './leader-election.ts';
import { type LeaseSpec, leaseSpecJson } from './lease-spec.ts';

export interface LeaderElectionOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly lease: ObjectName;
  /** Unique per process: a restarted one is somebody else. */
  readonly identity: string;
  readonly timings?: ElectionTimings;
}

export interface ElectionTimings {
  readonly leaseMs: number;
  readonly renewDeadlineMs: number;
  /** Between a leader's renewals. */
  readonly retryMs: number;
  /** Between a candidate's looks at the lease. */
  readonly lookMs: number;
}

/**
 * As client-go's, and so Kubernetes' own components: a dead leader is replaced after 15 to 16 s. Only the candidate
 * looks more often, so that it follows within a second a leader that gives the lease back.
 */
const defaultElectionTimings: ElectionTimings = {
  leaseMs: 15_000,
  renewDeadlineMs: 10_000,
  retryMs: 2_000,
  lookMs: 500,
};

export interface LeaderElectionTask extends Task {
  /** True only while no other process can hold the lease: false by our own clock, also while the server is away. */
  isLeader(): boolean;
  /** Told on every change; not of the state at the time of the call. The returned function unsubscribes. */
  onChange(listener: (leads: boolean) => void): () => void;
}

/**
 * Runs for the lease until the signal aborts, then gives it back if it holds it, after the listeners were told.
 * `ready`: the lease was read once, whoever holds it.
 */
export function leaderElectionTask(options: LeaderElectionOptions): LeaderElectionTask {
  const election = new Election(options);
  return {
    name: 'leader-election',
    ready: election.ready,
    run: (signal) => election.run(signal),
    isLeader: () => election.leads,
    onChange: (listener) => election.onChange(listener),
  };
}

class Election {
  readonly #options: LeaderElectionOptions;
  readonly #timings: ElectionTimings;
  readonly #rules: ElectionRules;
  readonly #ready = deferred();
  readonly #listeners = new Set<(leads: boolean) => void>();
  #state: ElectionState = initialElection;
  #told = false;
  #failing = false;
  #holder: string | undefined;
  #cancelDeadline = (): void => undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#timings = options.timings ?? defaultElectionTimings;
    const { leaseMs, renewDeadlineMs } = this.#timings;
    this.#rules = { identity: options.identity, leaseMs, renewDeadlineMs };
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get leads(): boolean {
    return leadsAt(this.#state, this.#options.clock.now());
  }

  onChange(listener: (leads: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      const retryAfterMs = await this.#round(signal);
      const { retryMs, lookMs } = this.#timings;
      await delay(clock, Math.max(this.leads ? retryMs : lookMs * (1 + 0.2 * random()), retryAfterMs), signal);
    }
    await this.#release();
  }

  /** Reads where need be, then writes where the rules allow it. Returns how long the server asks to be left alone, in ms. */
  async #round(signal: AbortSignal): Promise<number> {
    try {
      if (this.#state.role === 'candidate') await this.#read(signal);
      const move = this.#move();
      if (move.type === 'create' || move.type === 'update') await this.#write(move, signal);
      else if (move.type === 'wait') this.#noteHolder(move.holder);
      this.#recovered();
      return 0;
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    }
  }

  #move(): ElectionMove {
    const { clock } = this.#options;
    this.#step({ type: 'tick', atMs: clock.now() });
    return nextElectionMove(this.#state, this.#rules, { nowMs: clock.now(), wallMs: clock.wallMs() });
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, clock, lease: name } = this.#options;
    const lease = await this.#within(signal, (inner) => client.get(leaseResource, name, inner));
    this.#step({ type: 'read', lease, atMs: clock.now() });
    this.#ready.resolve();
  }

  async #write(move: ElectionMove & { type: 'create' | 'update' }, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#options;
    const sentMs = clock.now();
    try {
      const lease = await this.#within(signal, (inner) =>
        move.type === 'create'
          ? client.create(leaseResource, this.#json(move.spec), { signal: inner })
          : client.update(leaseResource, this.#json(move.spec, move.lease), { signal: inner }),
      );
      this.#step({ type: 'written', lease, sentMs, atMs: clock.now() });
    } catch (error) {
      if (!isLostRace(error)) throw error;
      await this.#read(signal);
    }
  }

  #within<R>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock } = this.#options;
    // Two tries fit into the deadline.
    return callWithin(call, { clock, timeoutMs: this.#timings.renewDeadlineMs / 2, signal });
  }

  #json(spec: LeaseSpec, lease?: Lease): JsonObject {
    const { namespace, name } = this.#options.lease;
    const resourceVersion = lease === undefined ? {} : { resourceVersion: lease.meta.resourceVersion };
    return { metadata: { namespace, name, ...resourceVersion }, spec: leaseSpecJson(spec) };
  }

  #step(event: ElectionEvent): void {
    this.#state = stepElection(this.#state, event, this.#rules);
    this.#cancelDeadline();
    if (this.#state.role === 'leader') {
      const { clock } = this.#options;
      const leftMs = this.#state.untilMs - clock.now();
      this.#cancelDeadline = clock.after(leftMs, () => this.#step({ type: 'tick', atMs: clock.now() }));
    }
    this.#tell(this.leads);
  }

  #tell(leads: boolean): void {
    if (leads === this.#told) return;
    this.#told = leads;
    const { log, identity, lease } = this.#options;
    if (leads) {
      this.#holder = identity;
      log.info('leading', { lease: lease.name, identity });
    } else log.info('not-leading', { lease: lease.name, identity });
    for (const listener of this.#listeners) {
      try {
        listener(leads);
      } catch (error) {
        log.error('leader-listener-failed', { error });
      }
    }
  }

  #noteHolder(holder: string): void {
    if (holder === this.#holder) return;
    this.#holder = holder;
    this.#options.log.info('standing-by', { lease: this.#options.lease.name, holder });
  }

  #fail(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#options.log.warn('leader-election-failing', { lease: this.#options.lease.name, error });
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#options.log.info('leader-election-recovered', { lease: this.#options.lease.name });
  }

  async #release(): Promise<void> {
    const { log, lease: name } = this.#options;
    const state = this.#state;
    this.#state = initialElection;
    this.#cancelDeadline();
    this.#tell(false);
    if (state.role !== 'leader') return;
    try {
      await this.#writeReleased(state.lease).catch((error: unknown) => this.#releaseWhatIsThere(error));
      log.info('lease-released', { lease: name.name });
    } catch (error) {
      // The next leader then waits for the lease to run out.
      log.warn('lease-not-released', { lease: name.name, error });
    }
  }

  /** A renewal under way when the signal came may have been accepted: then the lease is still ours, and newer. */
  async #releaseWhatIsThere(error: unknown): Promise<void> {
    if (!isLostRace(error)) throw error;
    const { client, lease: name } = this.#options;
    const lease = await this.#within(never(), (signal) => client.get(leaseResource, name, signal));
    if (lease?.holderIdentity === this.#rules.identity) await this.#writeReleased(lease);
  }

  async #writeReleased(lease: Lease): Promise<void> {
    const { client, clock } = this.#options;
    const body = this.#json(releasedSpec(lease, clock.wallMs()), lease);
    await this.#within(never(), (signal) => client.update(leaseResource, body, { signal }));
  }
}

/** The release goes on though the task was told to stop; its own timeout bounds it. */
function never(): AbortSignal {
  return new AbortController().signal;
}

function isLostRace(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.code === 'Conflict' || error.code === 'AlreadyExists' || error.code === 'NotFound')
  );
}
