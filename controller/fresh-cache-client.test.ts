import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { InformerTask } from '../shared/kube/informer.ts';
import { informerTask } from '../shared/kube/informer-task.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { serviceManifest } from '../test/support/service-manifest.ts';
import { settle } from '../test/support/settle.ts';
import { untilFresh } from './fresh-cache-client.ts';

const away = new ApiError('Unreachable', 'away', {});

let clock: FakeClock;
let api: FakeApiClient;
let informer: InformerTask<Service>;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  stop = new AbortController();
  const log = new MemoryLog();
  informer = informerTask({ client: api, clock, log, random: () => 0, type: serviceResource, namespace: '' });
  api.put(serviceResource, serviceManifest({ key: 'd/first' }));
  running = informer.run(stop.signal);
  await settle();
});
afterEach(async () => {
  stop.abort();
  await running;
});

/** Asks, and keeps the answer. */
function ask(): { answer: boolean | undefined; readonly cancel: () => void } {
  const cancelled = new AbortController();
  const asked: { answer: boolean | undefined; cancel: () => void } = {
    answer: undefined,
    cancel: () => cancelled.abort(),
  };
  const kind = { type: serviceResource, namespace: '', cache: informer.cache };
  const options = { client: api, clock, log: new MemoryLog(), random: () => 0, signal: cancelled.signal };
  void untilFresh(kind, options).then((answer) => {
    asked.answer = answer;
  });
  return asked;
}

function listsSoFar(): number {
  return api.calls.filter(({ method }) => method === 'list').length;
}

test('a cache that is up to date is fresh after one list', async () => {
  const before = listsSoFar();
  const asked = ask();
  await settle();
  assert.equal(asked.answer, true);
  assert.equal(listsSoFar() - before, 1);
});

test('a cache whose watch is broken is fresh only when it has caught up', async () => {
  api.fail('watch', away, { times: 3 });
  api.breakWatches(away);
  await settle();
  api.put(serviceResource, serviceManifest({ key: 'd/second' }));
  const asked = ask();
  await clock.advance(600);
  assert.equal(informer.cache.size, 1);
  assert.equal(asked.answer, undefined);
  await clock.advance(10_000);
  assert.equal(informer.cache.size, 2);
  assert.equal(asked.answer, true);
});

test('an object that is deleted behind the list does not hold it up', async () => {
  api.fail('watch', away, { times: 3 });
  api.breakWatches(away);
  await settle();
  api.put(serviceResource, serviceManifest({ key: 'd/second' }));
  const asked = ask();
  await settle();
  api.remove(serviceResource, { namespace: 'd', name: 'second' });
  await clock.advance(10_000);
  assert.equal(asked.answer, true);
});

test('a server that does not answer is asked again', async () => {
  api.fail('list', away, { times: 2 });
  const asked = ask();
  await clock.advance(100);
  assert.equal(asked.answer, undefined);
  await clock.advance(1_000);
  assert.equal(asked.answer, true);
});

test('it gives up when it is told to', async () => {
  api.fail('list', away, { times: 100 });
  const asked = ask();
  await clock.advance(5_000);
  asked.cancel();
  await clock.advance(0);
  assert.equal(asked.answer, false);
});
