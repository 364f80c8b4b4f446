import { leaseResource } from '../../shared/api/lease.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { delay, nextBeat } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { orderByDigest } from '../election.ts';
import { type ExpiredLease, speakerLeaseName } from './membership.ts';
import { releasePatch } from './speaker-lease.ts';

export interface LeaseReleaseOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  readonly self: string;
  readonly expired: () => readonly ExpiredLease[];
  /** Nodes of all members. */
  readonly members: () => Iterable<string>;
}

const lookEveryMs = 1_000;

/**
 * Takes the holder out of Leases that have expired. A speaker that starts has not watched them for as long: it would
 * take the dead node for a member, and leave addresses to it that the others leave to the speaker that started. One
 * member does it for each Lease, guarded by the version that was seen to expire: a late renewal wins.
 */
export function leaseReleaseTask(options: LeaseReleaseOptions): Task {
  return {
    name: 'lease-release',
    ready: Promise.resolve(),
    run: async (signal) => {
      const { clock } = options;
      let restMs = 0;
      while (await (restMs > lookEveryMs ? delay(clock, restMs, signal) : nextBeat(clock, lookEveryMs, signal))) {
        restMs = await releaseAll(options, signal);
      }
    },
  };
}

/** Returns for how long the server asks to be left alone. */
async function releaseAll(options: LeaseReleaseOptions, signal: AbortSignal): Promise<number> {
  for (const lease of options.expired()) {
    if (signal.aborted || !isOurs(lease, options)) continue;
    const retryAfterMs = await release(lease, options, signal);
    if (retryAfterMs !== undefined) return retryAfterMs;
  }
  return 0;
}

function isOurs({ node }: ExpiredLease, { self, members }: LeaseReleaseOptions): boolean {
  return orderByDigest(node, members())[0] === self;
}

/** Returns for how long the server asks to be left alone, if it does. */
async function release(
  lease: ExpiredLease,
  options: LeaseReleaseOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { client, namespace, log } = options;
  const name = { namespace, name: speakerLeaseName(lease.node) };
  try {
    await client.patch(leaseResource, name, { type: 'merge', body: releasePatch(lease.resourceVersion) }, { signal });
    log.info('lease-released', { node: lease.node });
    return undefined;
  } catch (error) {
    // Renewed or deleted since; or the API server is away, and it is tried again as long as the Lease is expired.
    log[error instanceof ApiError ? 'debug' : 'error']('lease-not-released', { node: lease.node, error });
    return error instanceof ApiError ? error.retryAfterMs : undefined;
  }
}
