import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lease, leaseResource } from '../../shared/api/lease.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { leaseReleaseTask } from './lease-release-task.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-b' };

interface World {
  readonly self: string;
  /** The version of the Lease in which it was seen to expire; that which it has by default. */
  readonly seenVersion?: string;
  readonly afterMs?: number;
  readonly client?: FakeApiClient;
}

/** The Lease of node-b as it is after a while in which it is taken for expired. */
async function after({ self, seenVersion, afterMs = 2_000, ...given }: World): Promise<Lease | undefined> {
  const clock = new FakeClock();
  const client = given.client ?? new FakeApiClient();
  const { metadata } = client.put(leaseResource, {
    metadata: name,
    spec: { holderIdentity: 'node-b', leaseDurationSeconds: 15 },
  });
  const stored = leaseResource.parse({ metadata });
  const stop = new AbortController();
  const running = leaseReleaseTask({
    client,
    clock,
    log: new MemoryLog(),
    namespace: name.namespace,
    self,
    expired: () => [{ node: 'node-b', resourceVersion: seenVersion ?? stored.meta.resourceVersion }],
    members: () => ['node-a', 'node-c'],
  }).run(stop.signal);
  await clock.advance(afterMs);
  stop.abort();
  await running;
  return client.get(leaseResource, name);
}

// sha256 of "node#node-b", ascending: node-c, node-a.
test('one of the members takes the holder out of an expired Lease', async () => {
  assert.equal((await after({ self: 'node-c' }))?.holderIdentity, undefined);
});

test('the other members leave it alone', async () => {
  assert.equal((await after({ self: 'node-a' }))?.holderIdentity, 'node-b');
});

test('a Lease that was renewed after all stays held', async () => {
  assert.equal((await after({ self: 'node-c', seenVersion: '7' }))?.holderIdentity, 'node-b');
});

test('an API server that asks to be left alone is asked again only after that time', async () => {
  for (const { afterMs, patches, holder } of [
    { afterMs: 5_900, patches: 1, holder: 'node-b' },
    { afterMs: 6_000, patches: 2, holder: undefined },
  ]) {
    const client = new FakeApiClient();
    client.fail('patch', new ApiError('TooManyRequests', 'busy', { status: 429, retryAfterMs: 5_000 }));
    assert.equal((await after({ self: 'node-c', client, afterMs }))?.holderIdentity, holder);
    assert.equal(client.calls.filter(({ method }) => method === 'patch').length, patches);
  }
});
