import { leaseResource } from '../shared/api/lease.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { callWithin } from '../shared/kube/call-within.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { speakerLeaseName } from './membership/membership.ts';

export interface ApiEvidenceOptions {
  /** `heardMs`: when the last byte came from the API server, on the clock's `now()`. */
  readonly client: ApiClient & { readonly heardMs: number };
  readonly clock: Clock;
  readonly namespace: string;
  readonly self: string;
  /** The API server was in reach so long ago. */
  readonly onHeard: (agoMs: number) => void;
}

/** What is older says nothing about now. */
const recentMs = 2_000;
const timeoutMs = 300;
/** From one request to the next, however often it is asked. */
const pauseMs = 1_000;

/** Whether the API server is in reach: asked by the datapath thread when it hears nobody and may be cut off itself. */
export class ApiEvidence {
  readonly #options: ApiEvidenceOptions;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ApiEvidenceOptions) {
    this.#options = options;
  }

  /** Never throws; ends when the request that it may send has ended. */
  async ask(): Promise<void> {
    const { client, clock, onHeard } = this.#options;
    const nowMs = clock.now();
    const agoMs = nowMs - client.heardMs;
    if (agoMs <= recentMs) onHeard(agoMs);
    if (nowMs - this.#askedMs < pauseMs) return;
    this.#askedMs = nowMs;
    if (await this.#answers()) onHeard(clock.now() - nowMs);
  }

  /** An answer that refuses is one, too. */
  async #answers(): Promise<boolean> {
    const { client, clock, namespace, self } = this.#options;
    const name = { namespace, name: speakerLeaseName(self) };
    const signal = new AbortController().signal;
    try {
      await callWithin((within) => client.get(leaseResource, name, within), { clock, timeoutMs, signal });
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status > 0;
    }
  }
}
