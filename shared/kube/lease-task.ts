import { leaseResource } from '../api/lease.ts';
import { apiBackoff, Backoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { deferred } from '../runtime/deferred.ts';
import { delay } from '../runtime/delay.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { Task } from '../runtime/task.ts';
import type { ApiClient, ObjectName } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { callWithin } from './call-within.ts';
import { leaseSpecJson } from './lease-spec.ts';

export interface LeaseTaskOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly lease: ObjectName;
  /** Unique per process, so that an old one never deletes the lease of its successor. */
  readonly identity: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Asked at each renewal. */
  readonly annotations: () => Readonly<Record<string, string>>;
  /** Asked at each renewal; the lease lasts three times as long. */
  readonly renewSeconds: () => number;
}

export interface LeaseTask extends Task {
  /** Clock time (`now`) when the last renewal that was accepted was sent; undefined before the first. */
  readonly renewedMs: number | undefined;
}

/** At exit the lease is given back, but nobody waits long for that. */
const releaseTimeoutMs = 2_000;

/**
 * Holds a lease that is this process's own by its name, and says by it: I am here. Whatever stands in it is overwritten,
 * since it can only be from a predecessor. On abort the lease is deleted, unless a successor has it by now.
 * `ready`: first written.
 */
export function leaseTask(options: LeaseTaskOptions): LeaseTask {
  const holder = new LeaseHolder(options);
  return {
    name: `lease-${options.lease.name}`,
    ready: holder.ready,
    run: (signal) => holder.run(signal),
    get renewedMs() {
      return holder.renewedMs;
    },
  };
}

class LeaseHolder {
  readonly #options: LeaseTaskOptions;
  readonly #ready = deferred();
  readonly #backoff: Backoff;
  readonly #acquireMs: number;
  #state: 'starting' | 'held' | 'failing' = 'starting';
  renewedMs: number | undefined;

  constructor(options: LeaseTaskOptions) {
    this.#options = options;
    this.#backoff = new Backoff(apiBackoff, options.random);
    this.#acquireMs = options.clock.wallMs();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const renewMs = this.#options.renewSeconds() * 1000;
      const sentMs = clock.now();
      try {
        await this.#write(signal);
        this.renewedMs = sentMs;
        this.#backoff.reset();
        this.#setState('held');
        this.#ready.resolve();
        await delay(clock, Math.max(0, sentMs + renewMs - clock.now()), signal);
      } catch (error) {
        if (signal.aborted) break;
        this.#setState('failing', error);
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
        await delay(clock, Math.min(renewMs, this.#backoff.next(retryAfterMs)), signal);
      }
    }
    await this.#giveBack();
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { client, clock, lease, identity, labels = {}, annotations, renewSeconds } = this.#options;
    const spec = leaseSpecJson({
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(renewSeconds() * 3),
      acquireMs: this.#acquireMs,
      renewMs: clock.wallMs(),
      leaseTransitions: 0,
    });
    const metadata = { labels, annotations: annotations() };
    const timeoutMs = renewSeconds() * 1000;
    await callWithin(
      async (inner) => {
        try {
          await client.patch(leaseResource, lease, { type: 'merge', body: { metadata, spec } }, { signal: inner });
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 'NotFound') throw error;
          await client.create(leaseResource, { metadata: { ...lease, ...metadata }, spec }, { signal: inner });
        }
      },
      { clock, timeoutMs, signal },
    );
  }

  #setState(state: 'held' | 'failing', error?: unknown): void {
    if (state === this.#state) return;
    this.#state = state;
    const { log, lease } = this.#options;
    if (state === 'held') log.info('lease-held', { lease: lease.name });
    else log.warn('lease-not-renewed', { lease: lease.name, error });
  }

  async #giveBack(): Promise<void> {
    const { client, clock, log, lease, identity } = this.#options;
    if (this.renewedMs === undefined) return;
    const { signal } = new AbortController();
    try {
      await callWithin(
        async (inner) => {
          const current = await client.get(leaseResource, lease, inner);
          if (current?.holderIdentity === identity) await client.delete(leaseResource, lease, inner);
        },
        { clock, timeoutMs: releaseTimeoutMs, signal },
      );
    } catch (error) {
      // It runs out by itself.
      log.warn('lease-not-released', { lease: lease.name, error });
    }
  }
}
