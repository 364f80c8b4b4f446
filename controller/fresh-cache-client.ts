import { type ApiObject, keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import type { ResourceType } from '../shared/api/resource-type.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { Cache } from '../shared/kube/informer.ts';
import { apiBackoff, Backoff } from '../shared/runtime/backoff.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { delay } from '../shared/runtime/delay.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';

export interface FreshCacheOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** A cache and what it is a cache of. */
export interface CachedKind<T extends ApiObject> {
  readonly type: ResourceType<T>;
  /** '' for all. */
  readonly namespace: string;
  readonly fieldSelector?: string;
  /** What the cache keeps, where that is not everything. */
  readonly keep?: (object: T) => boolean;
  readonly cache: Cache<T>;
}

const pageSize = 500;
const checkMs = 50;
/** An object that was listed may be gone since: then only another list can tell. */
const checksPerList = 20;

/**
 * Waits until the cache knows everything that was written before the call: the cache of one who stood by may be behind,
 * and what the last leader gave away must not be given again. False when the signal aborted first.
 */
export async function untilFresh<T extends ApiObject>(
  kind: CachedKind<T>,
  options: FreshCacheOptions,
): Promise<boolean> {
  const { clock, log, random, signal } = options;
  const backoff = new Backoff(apiBackoff, random);
  const resource = kind.type.plural;
  while (!signal.aborted) {
    try {
      const versions = await listVersions(kind, options);
      if (await catchesUp(kind.cache, versions, options)) return true;
      log.info('cache-behind', { resource });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!signal.aborted && backoff.failures === 0) log.warn('cache-not-compared', { resource, error });
      await delay(clock, backoff.next(error.retryAfterMs), signal);
    }
  }
  return false;
}

async function catchesUp<T extends ApiObject>(
  cache: Cache<T>,
  versions: ReadonlyMap<ObjectKey, string>,
  { clock, signal }: FreshCacheOptions,
): Promise<boolean> {
  for (let check = 0; check < checksPerList; check += 1) {
    if (isCaughtUp(cache, versions)) return true;
    if (!(await delay(clock, checkMs, signal))) return false;
  }
  return false;
}

/** Decides whether the cache has every object in this version or a later one. */
function isCaughtUp<T extends ApiObject>(cache: Cache<T>, versions: ReadonlyMap<ObjectKey, string>): boolean {
  for (const [key, version] of versions) {
    const cached = cache.get(key)?.meta.resourceVersion;
    if (cached !== version && !isLater(cached, version)) return false;
  }
  return true;
}

/** Versions that are numbers may be compared (Kubernetes API conventions, "Resource Versions"); others only be equal. */
function isLater(one: string | undefined, other: string): boolean {
  const number = /^\d+$/;
  return one !== undefined && number.test(one) && number.test(other) && BigInt(one) > BigInt(other);
}

/** The version of each object, read from the server's own store and not from its cache. */
async function listVersions<T extends ApiObject>(
  { type, namespace, fieldSelector, keep }: CachedKind<T>,
  { client, signal }: FreshCacheOptions,
): Promise<ReadonlyMap<ObjectKey, string>> {
  const versions = new Map<ObjectKey, string>();
  const selection = { namespace, signal, limit: pageSize, ...(fieldSelector === undefined ? {} : { fieldSelector }) };
  let continueToken = '';
  do {
    const page = await client.list(type, { ...selection, ...(continueToken === '' ? {} : { continueToken }) });
    for (const item of page.items) {
      const object = type.parse(item);
      if (keep?.(object) === false) continue;
      const { meta } = object;
      versions.set(keyOf(meta), meta.resourceVersion);
    }
    continueToken = page.continueToken;
  } while (continueToken !== '');
  return versions;
}
