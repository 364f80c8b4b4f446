import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeApiStore } from '../../test/support/fake-api-store.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { readObject } from '../api/json.ts';
import { leaseResource } from '../api/lease.ts';
import type { Clock } from '../runtime/clock.ts';
import { ApiError } from './api-error.ts';
import { leaderElectionTask } from './leader-election-task.ts';

const name = { namespace: 'herald-system', name: 'herald-controller' };
const unreachable = new ApiError('Unreachable', 'connection refused', {});

/** The same passing of time, shown with another offset by both of its hands. */
function skewed(clock: Clock, byMs: number): Clock {
  return {
    now: () => clock.now() + byMs,
    wallMs: () => clock.wallMs() - 3 * byMs,
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
}

function candidate(
  identity: string,
  clock: FakeClock,
  { store, skewMs = 0 }: { store: FakeApiStore; skewMs?: number },
) {
  const client = new FakeApiClient(clock, store);
  const log = new MemoryLog();
  const task = leaderElectionTask({
    client,
    clock: skewed(clock, skewMs),
    log,
    random: () => 0.5,
    lease: name,
    identity,
  });
  const told: boolean[] = [];
  task.onChange((leads) => told.push(leads));
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    client,
    log,
    task,
    told,
    start: () => {
      running = task.run(stop.signal);
    },
    stop: () => stop.abort(),
    /** Lets it end, after `stop`. */
    end: async () => {
      stop.abort();
      await clock.advance(60_000);
      await running;
    },
  };
}

const holder = (store: FakeApiStore) => readObject(store.get(leaseResource, name) ?? {}, 'spec')['holderIdentity'];

describe('leader election task', () => {
  test('the first one leads, the second stands by, and takes over at once when the first goes in order', async () => {
    const clock = new FakeClock();
    const store = new FakeApiStore();
    const a = candidate('a', clock, { store });
    const b = candidate('b', clock, { store });
    a.start();
    await clock.advance(100);
    b.start();
    await clock.advance(60_000);
    assert.deepEqual([a.task.isLeader(), b.task.isLeader()], [true, false]);
    await b.task.ready;
    assert.deepEqual(b.log.events, ['standing-by']);
    a.stop();
    await clock.advance(0);
    assert.equal(holder(store), '');
    assert.deepEqual(a.told, [true, false]);
    await clock.advance(2_400);
    assert.equal(b.task.isLeader(), true);
    await a.end();
    await b.end();
  });

  test('a leader that is cut off stops by its own clock, and another follows only after that', async () => {
    const clock = new FakeClock();
    const store = new FakeApiStore();
    const a = candidate('a', clock, { store });
    const b = candidate('b', clock, { store });
    a.start();
    await clock.advance(100);
    b.start();
    await clock.advance(10_000);
    a.client.fail('any', unreachable, { times: 1_000 });
    await clock.advance(9_000);
    assert.equal(b.task.isLeader(), false);
    await clock.advance(1_000);
    assert.equal(a.task.isLeader(), false);
    await clock.advance(10_000);
    assert.equal(b.task.isLeader(), true);
    assert.deepEqual(a.told, [true, false]);
    assert.deepEqual(a.log.events, ['leading', 'leader-election-failing', 'not-leading']);
    a.client.heal();
    await a.end();
    await b.end();
    assert.deepEqual(a.told, [true, false]);
  });

  test('a candidate, and a leader, asks again no sooner than the server wants', async () => {
    const clock = new FakeClock();
    const a = candidate('a', clock, { store: new FakeApiStore() });
    const slower = new ApiError('TooManyRequests', 'slower', { status: 429, retryAfterMs: 4_000 });
    a.client.fail('get', slower, { times: 1 });
    a.start();
    await clock.advance(3_999);
    assert.equal(a.client.calls.length, 1);
    await clock.advance(1);
    assert.equal(a.task.isLeader(), true);
    a.client.fail('update', slower, { times: 1 });
    const renewals = () => a.client.calls.filter(({ method }) => method === 'update').length;
    await clock.advance(2_000);
    assert.equal(renewals(), 1);
    await clock.advance(3_999);
    assert.equal(renewals(), 1);
    await clock.advance(1);
    assert.equal(renewals(), 2);
    assert.deepEqual(a.told, [true]);
    await a.end();
  });

  test('a renewal whose answer is lost costs nothing', async () => {
    const clock = new FakeClock();
    const store = new FakeApiStore();
    const a = candidate('a', clock, { store });
    a.start();
    await clock.advance(5_000);
    a.client.fail('update', unreachable, { afterwards: true });
    await clock.advance(30_000);
    assert.deepEqual(a.told, [true]);
    await a.end();
  });

  test('a renewal under way at the stop does not keep the lease from being given back', async () => {
    const clock = new FakeClock();
    const store = new FakeApiStore();
    const a = candidate('a', clock, { store });
    a.start();
    await clock.advance(1_900);
    a.client.latencyMs = 200;
    a.client.fail('update', new ApiError('Unreachable', 'cancelled', {}), { afterwards: true });
    await clock.advance(350);
    assert.equal(holder(store), 'a');
    await a.end();
    assert.equal(holder(store), '');
  });

  test('an API server that hangs does not keep the leader from stopping', async () => {
    const clock = new FakeClock();
    const store = new FakeApiStore();
    const a = candidate('a', clock, { store });
    a.start();
    await clock.advance(5_000);
    a.client.latencyMs = 1_000_000;
    await clock.advance(10_000);
    assert.equal(a.task.isLeader(), false);
    assert.deepEqual(a.told, [true, false]);
    a.client.latencyMs = 0;
    await clock.advance(1_000_000);
    await a.end();
  });

  test('never two leaders at once, whatever clocks show and whatever gets lost', async () => {
    const fault = fc.record({
      atMs: fc.integer({ min: 0, max: 90_000 }),
      who: fc.nat({ max: 2 }),
      what: fc.constantFrom('cut', 'answersLost', 'slow', 'heal', 'stop'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 3, maxLength: 3 }),
        fc.array(fault, { maxLength: 12 }),
        async (skews, faults) => {
          const clock = new FakeClock();
          const store = new FakeApiStore();
          const all = skews.map((skewMs, i) => candidate(`c${i}`, clock, { store, skewMs }));
          for (const one of all) one.start();
          const due = faults.toSorted((a, b) => a.atMs - b.atMs);
          let everLed = false;
          for (let atMs = 0; atMs < 100_000; atMs += 500) {
            while (due[0] !== undefined && due[0].atMs <= atMs) apply(all[due[0].who], due.shift()?.what);
            await clock.advance(500);
            const leaders = all.filter((one) => one.task.isLeader()).length;
            assert.ok(leaders <= 1, `${leaders} leaders after ${atMs} ms`);
            everLed ||= leaders === 1;
          }
          assert.ok(everLed || faults.length > 0);
          for (const one of all) await one.end();
        },
      ),
      { numRuns: 25 },
    );
  });
});

function apply(one: ReturnType<typeof candidate> | undefined, what: string | undefined) {
  if (one === undefined) return;
  switch (what) {
    case 'cut':
      one.client.fail('any', unreachable, { times: 1_000 });
      return;
    case 'answersLost':
      one.client.fail('update', unreachable, { times: 1_000, afterwards: true });
      return;
    case 'slow':
      one.client.latencyMs = 2_300;
      return;
    case 'heal':
      one.client.heal();
      one.client.latencyMs = 0;
      return;
    case 'stop':
      one.stop();
  }
}
