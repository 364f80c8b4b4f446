import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import type { ObjectReference } from '../api/object-meta.ts';
import { ApiError } from './api-error.ts';
import { eventResource } from './event-object.ts';
import { eventRecorderTask } from './event-recorder-task.ts';

const service: ObjectReference = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web', uid: 'u1' };
const node: ObjectReference = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'node-a', uid: 'u2' };
const unreachable = new ApiError('Unreachable', 'connection refused', {});

function recorder() {
  const clock = new FakeClock({ wallMs: Date.UTC(2026, 4, 1, 12, 0, 0, 900) });
  const client = new FakeApiClient(clock);
  const log = new MemoryLog();
  const source = { component: 'herald-speaker', instance: 'speaker-x', host: 'node-a' };
  const task = eventRecorderTask({ client, clock, log, random: () => 0.5, source });
  const stop = new AbortController();
  const running = task.run(stop.signal);
  const record = (message: string, regarding = service): void =>
    task.record({ regarding, type: 'Normal', reason: 'IPAllocated', message });
  return { clock, client, log, task, stop, running, record };
}

describe('event recorder', () => {
  test('writes a core/v1 Event as kubectl reads it', async () => {
    const { clock, client, stop, running, record } = recorder();
    record('assigned 10.0.0.1');
    await clock.advance(0);
    const [written] = client.all(eventResource);
    assert.deepEqual(written, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: 'shop', name: 'web.18ab6f4089560a21', uid: 'uid-1', resourceVersion: '101' },
      involvedObject: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u1', namespace: 'shop' },
      type: 'Normal',
      reason: 'IPAllocated',
      message: 'assigned 10.0.0.1',
      count: 1,
      firstTimestamp: '2026-05-01T12:00:00Z',
      lastTimestamp: '2026-05-01T12:00:00Z',
      source: { component: 'herald-speaker', host: 'node-a' },
      reportingComponent: 'herald-speaker',
      reportingInstance: 'speaker-x',
    });
    stop.abort();
    await running;
  });

  test('puts events on cluster-scoped objects into the namespace default', async () => {
    const { clock, client, stop, running, record } = recorder();
    record('strict ARP', node);
    await clock.advance(0);
    assert.equal(client.calls[0]?.target.startsWith('default/node-a.'), true);
    stop.abort();
    await running;
  });

  test('counts up what it wrote before, and writes anew where that is gone', async () => {
    const { clock, client, stop, running, record } = recorder();
    record('assigned');
    await clock.advance(60_000);
    record('assigned');
    await clock.advance(0);
    assert.deepEqual(
      client.all(eventResource).map((one) => [one['count'], one['lastTimestamp']]),
      [[2, '2026-05-01T12:01:00Z']],
    );
    const name = { namespace: 'shop', name: client.calls[0]?.target.slice('shop/'.length) ?? '' };
    assert.equal(client.remove(eventResource, name), true);
    record('assigned');
    await clock.advance(0);
    assert.deepEqual(
      client.all(eventResource).map((one) => one['count']),
      [1],
    );
    stop.abort();
    await running;
  });

  test('similar events that are combined show the message of the last', async () => {
    const { clock, client, stop, running, record } = recorder();
    for (let i = 1; i <= 12; i += 1) {
      record(`exhausted (${i} of 20 in use)`);
      await clock.advance(1_000);
    }
    const events = client.all(eventResource).map((one) => `${one['count']} ${one['message']}`);
    assert.equal(events.length, 10);
    assert.equal(events.at(-1), '3 (combined from similar events): exhausted (12 of 20 in use)');
    stop.abort();
    await running;
  });

  test('keeps trying while the server is away, in order, with one log line', async () => {
    const { clock, client, log, stop, running, record } = recorder();
    client.fail('any', unreachable, { times: 5 });
    record('first');
    record('second');
    await clock.advance(30_000);
    assert.deepEqual(
      client.all(eventResource).map((one) => one['message']),
      ['first', 'second'],
    );
    assert.deepEqual(log.events, ['events-not-written']);
    stop.abort();
    await running;
  });

  test('does not write twice what was written though the answer was lost', async () => {
    const { clock, client, stop, running, record } = recorder();
    client.fail('create', unreachable, { afterwards: true });
    record('assigned');
    await clock.advance(1_000);
    record('assigned');
    await clock.advance(1_000);
    assert.deepEqual(
      client.all(eventResource).map((one) => one['count']),
      [2],
    );
    stop.abort();
    await running;
  });

  test('gives up at once what the server refuses, and goes on with the next', async () => {
    const { clock, client, stop, running, record } = recorder();
    client.fail('create', new ApiError('Forbidden', 'no', { status: 403 }));
    record('first');
    record('second');
    await clock.advance(0);
    assert.deepEqual(
      client.all(eventResource).map((one) => one['message']),
      ['second'],
    );
    stop.abort();
    await running;
  });

  test('drops the oldest when the server is away for long, with one log line, and never throws', async () => {
    const { clock, client, log, stop, running, record } = recorder();
    client.fail('any', unreachable, { times: 1_000_000 });
    for (let i = 0; i < 6_000; i += 1) record('assigned', { ...service, name: `s${i}`, uid: `u${i}` });
    await clock.advance(1_000);
    assert.deepEqual(
      log.events.filter((line) => line === 'events-dropped'),
      ['events-dropped'],
    );
    stop.abort();
    await clock.advance(0);
    await running;
  });

  test('writes what waits when it is told to stop', async () => {
    const { clock, client, stop, running, record } = recorder();
    await clock.advance(0);
    record('last words');
    stop.abort();
    await running;
    assert.equal(client.all(eventResource).length, 1);
    assert.equal(clock.pending, 0);
  });

  test('sends at most 100 at once and 50 per second after that', async () => {
    const { clock, client, stop, running, record } = recorder();
    for (let i = 0; i < 1_000; i += 1) record('assigned', { ...service, name: `s${i}`, uid: `u${i}` });
    await clock.advance(0);
    assert.equal(client.calls.length, 100);
    await clock.advance(2_000);
    assert.equal(client.calls.length, 200);
    stop.abort();
    await clock.advance(0);
    await running;
  });
});
