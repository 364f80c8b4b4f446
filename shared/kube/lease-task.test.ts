import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { readObject } from '../api/json.ts';
import { leaseResource } from '../api/lease.ts';
import { ApiError } from './api-error.ts';
import { leaseTask } from './lease-task.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-a' };
const unreachable = new ApiError('Unreachable', 'connection refused', {});

function holder(client = new FakeApiClient(), clock = new FakeClock({ wallMs: Date.UTC(2026, 4, 1, 12, 0, 0, 5) })) {
  const log = new MemoryLog();
  const settings = { renewSeconds: 5, port: '7946' };
  const task = leaseTask({
    client,
    clock,
    log,
    random: () => 0,
    lease: name,
    identity: 'node-a_1',
    labels: { app: 'herald' },
    annotations: () => ({ 'herald/port': settings.port }),
    renewSeconds: () => settings.renewSeconds,
  });
  const stop = new AbortController();
  const running = task.run(stop.signal);
  return { client, clock, log, task, settings, stop, running };
}

const spec = (client: FakeApiClient) => readObject(client.stored(leaseResource, name) ?? {}, 'spec');

describe('lease that says "I am here"', () => {
  test('is created with what others read in it, and renewed by its interval', async () => {
    const { client, clock, task, stop, running } = holder();
    await clock.advance(0);
    await task.ready;
    assert.deepEqual(spec(client), {
      holderIdentity: 'node-a_1',
      leaseDurationSeconds: 15,
      acquireTime: '2026-05-01T12:00:00.005000Z',
      renewTime: '2026-05-01T12:00:00.005000Z',
      leaseTransitions: 0,
    });
    const metadata = readObject(client.stored(leaseResource, name) ?? {}, 'metadata');
    assert.deepEqual(metadata['annotations'], { 'herald/port': '7946' });
    assert.deepEqual(metadata['labels'], { app: 'herald' });
    await clock.advance(4_999);
    assert.equal(spec(client)['renewTime'], '2026-05-01T12:00:00.005000Z');
    await clock.advance(1);
    assert.equal(spec(client)['renewTime'], '2026-05-01T12:00:05.005000Z');
    assert.equal(spec(client)['acquireTime'], '2026-05-01T12:00:00.005000Z');
    stop.abort();
    await running;
  });

  test('takes a new interval and new annotations with the next renewal', async () => {
    const { client, clock, settings, stop, running } = holder();
    await clock.advance(0);
    settings.renewSeconds = 10;
    settings.port = '1';
    await clock.advance(5_000);
    assert.equal(spec(client)['leaseDurationSeconds'], 30);
    const metadata = readObject(client.stored(leaseResource, name) ?? {}, 'metadata');
    assert.deepEqual(metadata['annotations'], { 'herald/port': '1' });
    await clock.advance(9_999);
    assert.equal(spec(client)['renewTime'], '2026-05-01T12:00:05.005000Z');
    stop.abort();
    await running;
  });

  test('is taken from a predecessor that died', async () => {
    const client = new FakeApiClient();
    client.put(leaseResource, {
      metadata: { ...name },
      spec: { holderIdentity: 'node-a_0', leaseDurationSeconds: 15 },
    });
    const { clock, stop, running } = holder(client);
    await clock.advance(0);
    assert.equal(spec(client)['holderIdentity'], 'node-a_1');
    stop.abort();
    await running;
  });

  test('is retried with backoff, and that costs one log line each way', async () => {
    const { client, clock, log, task, stop, running } = holder();
    await clock.advance(0);
    client.fail('any', unreachable, { times: 1_000 });
    await clock.advance(60_000);
    client.heal();
    await clock.advance(5_000);
    assert.equal(task.renewedMs !== undefined && clock.now() - task.renewedMs <= 5_000, true);
    assert.deepEqual(log.events, ['lease-held', 'lease-not-renewed', 'lease-held']);
    stop.abort();
    await running;
  });

  test('is deleted at the end', async () => {
    const { client, clock, stop, running } = holder();
    await clock.advance(0);
    stop.abort();
    await running;
    assert.equal(client.stored(leaseResource, name), undefined);
    assert.equal(clock.pending, 0);
  });

  test('is left alone at the end when a successor has it', async () => {
    const { client, clock, stop, running } = holder();
    await clock.advance(0);
    client.put(leaseResource, { metadata: { ...name }, spec: { holderIdentity: 'node-a_2' } });
    stop.abort();
    await running;
    assert.equal(spec(client)['holderIdentity'], 'node-a_2');
  });

  test('does not keep the process when the server is away at the end', async () => {
    const { client, clock, log, stop, running } = holder();
    await clock.advance(0);
    client.fail('any', unreachable, { times: 1_000 });
    stop.abort();
    await running;
    assert.deepEqual(log.events, ['lease-held', 'lease-not-released']);
  });
});
