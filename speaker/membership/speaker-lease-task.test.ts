import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseResource } from '../../shared/api/lease.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import type { ObjectName, Patch, WriteOptions } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { deferred } from '../../shared/runtime/deferred.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeApiStore } from '../../test/support/fake-api-store.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { decodeSpeakerFacts, type SpeakerFacts } from './speaker-facts.ts';
import { speakerLeaseTask } from './speaker-lease-task.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-a' };

function factsOf(incarnation: string): SpeakerFacts {
  return {
    address: '10.0.0.1',
    port: 0,
    incarnation,
    macs: ['02:00:00:00:00:01'],
    interfaces: [{ name: 'eth0', carrier: true, onlyIfNamed: false }],
    kubeProxyUnhealthy: false,
    keys: [],
    leaving: false,
  };
}

function speaker(incarnation: string, { clock, store, successor = true, ...given }: World) {
  const client = given.client ?? new FakeApiClient(clock, store);
  const log = new MemoryLog();
  const stop = new AbortController();
  const task = speakerLeaseTask({
    client,
    clock,
    log,
    random: () => 0.5,
    namespace: name.namespace,
    node: 'node-a',
    facts: given.facts ?? (() => factsOf(incarnation)),
    speakers: () => 3,
    hasSuccessor: () => successor,
    handedOver: given.handedOver ?? Promise.resolve(),
    byPulses: () => given.handedOver !== undefined,
  });
  const running = task.run(stop.signal);
  return {
    client,
    log,
    publish: () => task.publish(),
    restore: () => task.restore(),
    stop: () => stop.abort(),
    ended: running,
  };
}

interface World {
  readonly clock: FakeClock;
  readonly store: FakeApiStore;
  readonly successor?: boolean;
  readonly client?: FakeApiClient;
  readonly facts?: () => SpeakerFacts | undefined;
  /** Where pulses reach everybody. */
  readonly handedOver?: Promise<void>;
}

function world(): World {
  return { clock: new FakeClock(), store: new FakeApiStore() };
}

async function held({ store }: World): Promise<SpeakerFacts | undefined> {
  const lease = await new FakeApiClient(undefined, store).get(leaseResource, name);
  return lease === undefined ? undefined : decodeSpeakerFacts(lease.meta.annotations);
}

test('a speaker takes its Lease, renews it every 5 s for 15 s, and deletes it when it stops', async () => {
  const around = world();
  const one = speaker('aa', around);
  await around.clock.advance(12_000);
  const lease = await new FakeApiClient(undefined, around.store).get(leaseResource, name);
  assert.equal(lease?.leaseDurationSeconds, 15);
  assert.equal(lease?.holderIdentity, 'node-a');
  assert.equal(one.client.calls.filter(({ method }) => method === 'patch').length, 3);
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
  assert.equal(await held(around), undefined);
});

/** An API server that takes some patches and never answers, as behind a connection that is cut in the middle. */
class SilentApiClient extends FakeApiClient {
  silentTimes = 0;

  override patch<T extends ApiObject>(type: ResourceType<T>, of: ObjectName, patch: Patch, options: WriteOptions = {}) {
    if (this.silentTimes === 0) return super.patch(type, of, patch, options);
    this.silentTimes -= 1;
    return new Promise<T>((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new ApiError('Unreachable', 'it was cancelled', {})));
    });
  }
}

test('renewals that get no answer are given up and tried again before the Lease has run out', async () => {
  const around = world();
  const client = new SilentApiClient(around.clock, around.store);
  const one = speaker('aa', { ...around, client });
  await around.clock.advance(1_000);
  client.silentTimes = 2;
  await around.clock.advance(13_500);
  const lease = await client.get(leaseResource, name);
  assert.equal(client.silentTimes, 0);
  assert.ok((lease?.renewTimeMs ?? 0) > around.clock.wallMs() - 5_000, 'it was renewed in the last 5 s');
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('facts that change back while a write is under way are written right after it', async () => {
  const around = world();
  let kubeProxyUnhealthy = false;
  const one = speaker('aa', { ...around, facts: () => ({ ...factsOf('aa'), kubeProxyUnhealthy }) });
  await around.clock.advance(1_000);
  one.client.latencyMs = 20;
  kubeProxyUnhealthy = true;
  one.publish();
  await around.clock.advance(10);
  kubeProxyUnhealthy = false;
  one.publish();
  await around.clock.advance(500);
  assert.equal((await held(around))?.kubeProxyUnhealthy, false);
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('where the API server asks to be left alone, what is new is written only after that time', async () => {
  const around = world();
  let kubeProxyUnhealthy = false;
  const one = speaker('aa', { ...around, facts: () => ({ ...factsOf('aa'), kubeProxyUnhealthy }) });
  await around.clock.advance(1_000);
  const patches = () => one.client.calls.filter(({ method }) => method === 'patch').length;
  const before = patches();
  one.client.fail('patch', new ApiError('TooManyRequests', 'busy', { status: 429, retryAfterMs: 2_000 }));
  kubeProxyUnhealthy = true;
  for (let round = 0; round < 19; round += 1) {
    one.publish();
    await around.clock.advance(100);
  }
  assert.equal(patches() - before, 1);
  await around.clock.advance(100);
  assert.equal((await held(around))?.kubeProxyUnhealthy, true);
  assert.equal(patches() - before, 2);
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('a speaker that stops says so half a second before its Lease goes, so that others take over first', async () => {
  const around = world();
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.stop();
  await around.clock.advance(400);
  assert.equal((await held(around))?.leaving, true);
  await around.clock.advance(200);
  await one.ended;
  assert.equal(await held(around), undefined);
});

test('where pulses reach everybody the Lease goes as soon as others have taken over', async () => {
  const handedOver = deferred();
  const around = { ...world(), handedOver: handedOver.promise };
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.stop();
  await around.clock.advance(700);
  assert.equal((await held(around))?.leaving, true);
  handedOver.resolve();
  await around.clock.advance(0);
  await one.ended;
  assert.equal(await held(around), undefined);
  assert.equal(around.clock.pending, 0);
});

test('nobody is waited for longer than 3 s', async () => {
  const around = { ...world(), handedOver: deferred().promise };
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.stop();
  await around.clock.advance(2_999);
  assert.equal((await held(around))?.leaving, true);
  await around.clock.advance(1);
  await one.ended;
  assert.equal(await held(around), undefined);
});

test('while the API server is away others are given the same time to take over by pulses', async () => {
  const handedOver = deferred();
  const around = { ...world(), handedOver: handedOver.promise };
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.client.fail('any', new ApiError('Unreachable', 'connection refused', {}));
  one.stop();
  let ended = false;
  void one.ended.then(() => {
    ended = true;
  });
  await around.clock.advance(500);
  assert.equal(ended, false);
  handedOver.resolve();
  await around.clock.advance(0);
  assert.equal(ended, true);
});

test('a Lease is not renewed while the datapath does not answer, and is at once when it does again', async () => {
  const around = world();
  let stalled = false;
  const one = speaker('aa', { ...around, facts: () => (stalled ? undefined : factsOf('aa')) });
  await around.clock.advance(1_000);
  const writes = () => one.client.calls.filter(({ method }) => method === 'patch').length;
  stalled = true;
  const before = writes();
  await around.clock.advance(20_000);
  assert.equal(writes(), before);
  stalled = false;
  await around.clock.advance(500);
  assert.equal(writes(), before + 1);
  assert.deepEqual(
    one.log.lines.map(({ level, event }) => `${level} ${event}`),
    ['error lease-held-back', 'info lease-held-back-no-more'],
  );
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('a process that was paused, and finds its datapath silent for one look, complains of nothing', async () => {
  const around = world();
  let stalled = false;
  const one = speaker('aa', { ...around, facts: () => (stalled ? undefined : factsOf('aa')) });
  await around.clock.advance(4_990);
  stalled = true;
  await around.clock.advance(20);
  stalled = false;
  await around.clock.advance(5_000);
  assert.deepEqual(one.log.lines, []);
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('a speaker takes its Lease soon after it can, also where nobody says so', async () => {
  const around = world();
  let able = false;
  const one = speaker('aa', { ...around, facts: () => (able ? factsOf('aa') : undefined) });
  await around.clock.advance(5_100);
  assert.equal(await held(around), undefined);
  able = true;
  await around.clock.advance(500);
  assert.equal((await held(around))?.incarnation, 'aa');
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
});

test('a speaker without a successor stops at once', async () => {
  const around = { ...world(), successor: false };
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.stop();
  await around.clock.advance(0);
  await one.ended;
  assert.equal(await held(around), undefined);
});

test('a speaker says that it leaves before it deletes its Lease, also where nobody has to take over', async () => {
  const around = { ...world(), successor: false };
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  const before = one.client.calls.length;
  one.stop();
  await around.clock.advance(0);
  await one.ended;
  const writes = one.client.calls.slice(before).filter(({ method }) => method !== 'get');
  assert.deepEqual(
    writes.map(({ method, body }) => `${method} ${JSON.stringify(body)?.includes('"herald/leave":"true"') ?? false}`),
    ['patch true', 'delete false'],
  );
});

test('a speaker leaves the Lease alone that its successor on the node has taken', async () => {
  const around = world();
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  const two = speaker('bb', around);
  await around.clock.advance(100);
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
  assert.equal((await held(around))?.incarnation, 'bb');
  assert.equal((await held(around))?.leaving, false);
  two.stop();
  await around.clock.advance(2_000);
  await two.ended;
});

test('a successor that comes while the old speaker waits keeps its Lease', async () => {
  const around = world();
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.stop();
  await around.clock.advance(300);
  const two = speaker('bb', around);
  await around.clock.advance(2_000);
  await one.ended;
  assert.equal((await held(around))?.incarnation, 'bb');
  two.stop();
  await around.clock.advance(2_000);
  await two.ended;
});

test('an API server that is away does not keep the process from ending', async () => {
  const around = world();
  const one = speaker('aa', around);
  await around.clock.advance(1_000);
  one.client.fail('any', new ApiError('Unreachable', 'connection refused', {}));
  one.stop();
  await around.clock.advance(2_000);
  await one.ended;
  assert.deepEqual(
    one.log.lines.filter(({ level }) => level === 'warn').map(({ event }) => event),
    ['leave-failed'],
  );
});

test('a Lease that somebody deletes is written anew as soon as the speaker hears of it, and none before its first', async () => {
  const around = world();
  const one = speaker('aa', around);
  one.restore();
  await around.clock.advance(1_000);
  assert.equal(one.client.calls.filter(({ method }) => method === 'create').length, 1);
  await new FakeApiClient(undefined, around.store).delete(leaseResource, name);
  one.restore();
  await around.clock.advance(1);
  assert.equal((await held(around))?.incarnation, 'aa');
  one.stop();
  await around.clock.advance(5_000);
  await one.ended;
});
