import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lease, leaseResource } from '../../shared/api/lease.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { leaseReleaseTask } from './lease-release-task.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-b' };

/** The Lease of node-b as it is after a while in which it is taken for expired in that version. */
async function after({ self, seenVersion }: { self: string; seenVersion?: string }): Promise<Lease | undefined> {
  const clock = new FakeClock();
  const client = new FakeApiClient(clock);
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
  await clock.advance(2_000);
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
