import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { leaseResource } from '../../shared/api/lease.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import { leaseObject, serviceObject } from '../../test/support/cluster-objects.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { noOverrides } from '../installation.ts';
import { type FollowedCluster, followedCluster } from './followed-cluster-task.ts';
import { readCluster } from './read-cluster.ts';

let clock: FakeClock;
let api: FakeApiClient;
let stop: AbortController;
let followed: FollowedCluster;
let ended: Promise<void>;

async function start(): Promise<void> {
  const nowMs = (): number => clock.wallMs();
  const read = await readCluster({ client: api, nowMs, namespace: 'herald-system', overrides: noOverrides });
  followed = followedCluster(read, { client: api, clock, random: () => 0, nowMs, overrides: noOverrides });
  ended = followed.run(stop.signal);
  await clock.advance(0);
  // Of what it finds at first it tells once.
  const first = followed.changed(0, stop.signal);
  await clock.advance(1_000);
  await first;
}

/** How long until a change is told; undefined: nothing within a minute. */
async function changeToldAfter(): Promise<number | undefined> {
  const before = clock.now();
  let after: number | undefined;
  void followed.changed(60_000, stop.signal).then(() => {
    after = clock.now() - before;
  });
  for (let step = 0; step < 60 && after === undefined; step += 1) await clock.advance(step < 10 ? 100 : 1_000);
  return after;
}

function services(): readonly string[] {
  return followed.cluster().services.map(({ meta }) => meta.name);
}

beforeEach(() => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  stop = new AbortController();
  api.put(nodeResource, { metadata: { name: 'node-a' } });
  api.put(leaseResource, leaseObject('node-a'));
  api.put(serviceResource, serviceObject({ name: 'web' }));
});
afterEach(async () => {
  stop.abort();
  await clock.advance(0);
  await ended;
});

describe('a cluster that is followed', () => {
  test('tells a change within a quarter of a second, and asks for nothing again', async () => {
    await start();
    const lists = api.calls.filter(({ method }) => method === 'list').length;
    api.put(serviceResource, serviceObject({ name: 'late' }));
    const after = await changeToldAfter();
    assert.ok(after !== undefined && after <= 250, String(after));
    assert.deepEqual(services(), ['web', 'late']);
    assert.equal(api.calls.filter(({ method }) => method === 'list').length, lists);
  });

  test('does not tell that a Lease was renewed, but knows its time', async () => {
    await start();
    const before = followed.cluster().leases[0]?.renewTimeMs ?? 0;
    api.put(leaseResource, leaseObject('node-a', { agoMs: 0 }));
    const after = await changeToldAfter();
    assert.ok(after === undefined || after >= 40_000, String(after));
    assert.equal((followed.cluster().leases[0]?.renewTimeMs ?? 0) - before, 1_000);
  });

  test('says why it may be old while the API server is away, and no longer once it is back', async () => {
    await start();
    const away = new ApiError('Unreachable', 'connection refused', {});
    api.fail('watch', away, { times: 60 });
    api.breakWatches(away);
    await clock.advance(5_000);
    assert.equal(errorText(followed.lost()), 'connection refused');
    assert.deepEqual(services(), ['web']);
    await clock.advance(300_000);
    assert.equal(followed.lost(), undefined);
  });

  test('leaves alone what could not be read, and goes on naming it', async () => {
    const forbidden = new ApiError('Forbidden', 'nodes is forbidden', { status: 403 });
    api.fail('list', forbidden, { plural: 'nodes' });
    await start();
    assert.deepEqual(followed.cluster().unreadable, [{ resource: 'nodes', why: 'nodes is forbidden' }]);
    assert.deepEqual([followed.cluster().nodes, followed.lost()], [[], undefined]);
    assert.deepEqual(services(), ['web']);
  });
});
