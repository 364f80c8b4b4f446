import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { type Widget, widgetJson, widgetResource } from '../../test/support/widget.ts';
import type { WatchEvent } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { Change } from './informer.ts';
import { informerTask } from './informer-task.ts';

const one = { namespace: 'default', name: 'one' };
const unreachable = new ApiError('Unreachable', 'connection refused', {});
const expired = new ApiError('Expired', 'too old', { status: 410 });

function start(t: TestContext, keep?: (widget: Widget) => boolean) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const client = new FakeApiClient(clock);
  const task = informerTask({
    client,
    type: widgetResource,
    namespace: '',
    clock,
    log,
    random: () => 0,
    ...(keep === undefined ? {} : { keep }),
  });
  const told: string[] = [];
  task.cache.onChange((change) => told.push(textOf(change)));
  const stop = new AbortController();
  let ended = false;
  const run = async (): Promise<void> => {
    const running = task.run(stop.signal).then(() => {
      ended = true;
    });
    t.after(async () => {
      stop.abort();
      await clock.advance(0);
      await running;
    });
    await clock.advance(0);
  };
  return { clock, log, client, task, told, stop, run, ended: () => ended };
}

function textOf(change: Change<Widget>): string {
  const { name } = change.object.meta;
  const was = change.type === 'modified' ? `${change.previous.color} ` : '';
  return `${change.type} ${name} ${was}${change.object.color}`;
}

const count = (client: FakeApiClient, method: string): number =>
  client.calls.filter((call) => call.method === method).length;

describe('informer', () => {
  test('lists, then follows what is added, modified and deleted', async (t) => {
    const { client, clock, task, told, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red'));
    assert.equal(task.cache.synced, false);
    await run();
    assert.equal(task.cache.synced, true);
    client.put(widgetResource, widgetJson('two', 'blue'));
    client.put(widgetResource, widgetJson('one', 'green'));
    client.remove(widgetResource, { namespace: 'default', name: 'two' });
    await clock.advance(0);
    assert.deepEqual(told, ['added one red', 'added two blue', 'modified one red green', 'deleted two blue']);
    assert.equal(task.cache.get('default/one')?.color, 'green');
    assert.equal(task.cache.size, 1);
  });

  test('is ready only after the last page of the first list', async (t) => {
    const { client, clock, task, run } = start(t);
    for (let i = 0; i < 1_201; i += 1) client.put(widgetResource, widgetJson(`w${i}`, 'red'));
    client.fail('list', unreachable);
    let ready = false;
    void task.ready.then(() => {
      ready = true;
    });
    await run();
    assert.equal(ready, false);
    await clock.advance(200);
    assert.equal(ready, true);
    assert.equal(task.cache.size, 1_201);
    assert.equal(count(client, 'list'), 1 + 3);
  });

  test('events that come twice, late or after a deletion change nothing, and the watch goes on from the newest', async (t) => {
    const { client, clock, told, run } = start(t);
    await run();
    const seen: WatchEvent[] = [];
    for (const color of ['red', 'green']) {
      const object = client.put(widgetResource, widgetJson('one', color));
      seen.push({ type: color === 'red' ? 'ADDED' : 'MODIFIED', object });
    }
    client.put(widgetResource, widgetJson('two', 'blue'));
    client.remove(widgetResource, { namespace: 'default', name: 'two' });
    await clock.advance(0);
    const expected = ['added one red', 'modified one red green', 'added two blue', 'deleted two blue'];
    assert.deepEqual(told, expected);
    for (const event of [...seen, ...seen.toReversed()]) client.sendToWatches(event);
    client.sendToWatches({ type: 'DELETED', object: seen[0]?.object ?? {} });
    await clock.advance(0);
    client.breakWatches(unreachable);
    await clock.advance(200);
    assert.deepEqual(told, expected);
  });

  test('loses nothing that happens between the list and the watch', async (t) => {
    const { client, clock, told, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red'));
    client.fail('watch', unreachable);
    await run();
    client.put(widgetResource, widgetJson('one', 'green'));
    client.put(widgetResource, widgetJson('two', 'blue'));
    await clock.advance(200);
    assert.deepEqual(told, ['added one red', 'modified one red green', 'added two blue']);
    assert.equal(count(client, 'list'), 1);
  });

  test('goes on from the last event after a broken watch, without a new list', async (t) => {
    const { client, clock, told, run } = start(t);
    await run();
    client.put(widgetResource, widgetJson('one', 'red'));
    await clock.advance(0);
    client.breakWatches(unreachable);
    client.put(widgetResource, widgetJson('one', 'green'));
    await clock.advance(200);
    assert.deepEqual(told, ['added one red', 'modified one red green']);
    assert.equal(count(client, 'list'), 1);
  });

  test('goes on from the last bookmark, though the history before it is gone', async (t) => {
    const { client, clock, run } = start(t);
    await run();
    client.compact();
    client.sendBookmarks();
    await clock.advance(0);
    client.breakWatches(unreachable);
    await clock.advance(200);
    assert.equal(count(client, 'list'), 1);
    assert.equal(client.openWatches, 1);
  });

  test('lists anew at once when its version has expired, and tells only the difference', async (t) => {
    const { client, clock, told, log, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red'));
    client.put(widgetResource, widgetJson('gone', 'red'));
    client.put(widgetResource, widgetJson('same', 'red'));
    await run();
    await clock.advance(1_000);
    told.length = 0;
    client.fail('watch', unreachable);
    client.breakWatches(unreachable);
    await clock.advance(0);
    client.put(widgetResource, widgetJson('one', 'green'));
    client.put(widgetResource, widgetJson('new', 'blue'));
    client.remove(widgetResource, { namespace: 'default', name: 'gone' });
    client.compact();
    await clock.advance(2_000);
    assert.deepEqual(told, ['deleted gone red', 'modified one red green', 'added new blue']);
    assert.deepEqual(log.events, ['informer-following', 'informer-lost', 'informer-relisting', 'informer-following']);
  });

  test('an ERROR event in the middle of the stream is a 410 like any other', async (t) => {
    const { client, clock, told, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red'));
    await run();
    client.sendToWatches({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } });
    await clock.advance(0);
    assert.equal(count(client, 'list'), 2);
    assert.equal(client.openWatches, 1);
    assert.deepEqual(told, ['added one red']);
  });

  test('a list whose later pages have expired is repeated without pages', async (t) => {
    const { client, clock, task, run } = start(t);
    for (let i = 0; i < 600; i += 1) client.put(widgetResource, widgetJson(`w${i}`, 'red'));
    client.latencyMs = 10;
    await run();
    await clock.advance(20);
    client.remove(widgetResource, { namespace: 'default', name: 'w599' });
    client.compact();
    await clock.advance(1_000);
    assert.equal(task.cache.size, 599);
    const limits = client.calls.filter((call) => call.method === 'list').map((call) => Object(call.body).limit);
    assert.deepEqual(limits, [500, 500, undefined]);
  });

  test('a list without pages that fails is tried in pages again', async (t) => {
    const { client, clock, task, run } = start(t);
    for (let i = 0; i < 600; i += 1) client.put(widgetResource, widgetJson(`w${i}`, 'red'));
    client.latencyMs = 10;
    await run();
    await clock.advance(20);
    client.remove(widgetResource, { namespace: 'default', name: 'w599' });
    client.compact();
    await clock.advance(15);
    client.fail('list', unreachable);
    await clock.advance(1_000);
    assert.equal(task.cache.size, 599);
    const limits = client.calls.filter((call) => call.method === 'list').map((call) => Object(call.body).limit);
    assert.deepEqual(limits, [500, 500, undefined, 500, 500]);
  });

  test('never serves an incomplete cache as synced, and keeps what it had while it lists anew', async (t) => {
    const { client, clock, task, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red'));
    await run();
    client.compact();
    client.fail('list', unreachable, { times: 3 });
    client.breakWatches(expired);
    await clock.advance(100);
    assert.equal(task.cache.get('default/one')?.color, 'red');
    assert.equal(task.cache.synced, true);
  });

  test('the same name with another uid is one deleted and one added', async (t) => {
    const { client, clock, told, run } = start(t);
    client.put(widgetResource, widgetJson('one', 'red', { uid: 'a' }));
    await run();
    client.fail('watch', unreachable);
    client.breakWatches(unreachable);
    await clock.advance(0);
    client.remove(widgetResource, one);
    client.put(widgetResource, widgetJson('one', 'blue', { uid: 'b' }));
    client.compact();
    await clock.advance(1_000);
    assert.deepEqual(told, ['added one red', 'deleted one red', 'added one blue']);
  });

  test('waits as long as a 429 asks for', async (t) => {
    const { client, clock, task, run } = start(t);
    client.fail('list', new ApiError('TooManyRequests', 'slow down', { status: 429, retryAfterMs: 7_000 }));
    await run();
    await clock.advance(6_999);
    assert.equal(task.cache.synced, false);
    await clock.advance(1);
    assert.equal(task.cache.synced, true);
  });

  test('a server that is away for five minutes is asked with growing pauses, and costs two log lines', async (t) => {
    const { client, clock, task, log, run } = start(t);
    client.fail('any', unreachable, { times: 1_000_000 });
    await run();
    await clock.advance(300_000);
    // 0.2 s, doubled up to 10 s: 6 tries in the first 12.6 s, one each 10 s after that.
    assert.equal(count(client, 'list'), 35);
    client.heal();
    await clock.advance(10_000);
    assert.equal(task.cache.synced, true);
    assert.deepEqual(log.events, ['informer-lost', 'informer-following']);
  });

  test('server errors at the start of the watch lead to a new list at the third', async (t) => {
    const { client, clock, run } = start(t);
    client.fail('watch', new ApiError('ServerError', 'etcd', { status: 500 }), { times: 3 });
    await run();
    await clock.advance(400);
    assert.equal(count(client, 'list'), 1);
    await clock.advance(5_000);
    assert.equal(count(client, 'list'), 2);
    assert.equal(client.openWatches, 1);
  });

  test('a watch that the server ends in order is opened again, and not in a tight loop', async (t) => {
    const { client, clock, run } = start(t);
    await run();
    for (let second = 0; second < 60; second += 1) {
      client.breakWatches();
      await clock.advance(1_000);
    }
    assert.ok(count(client, 'watch') < 20, `${count(client, 'watch')} watches in a minute`);
    await clock.advance(20_000);
    assert.equal(count(client, 'list'), 1);
    assert.equal(client.openWatches, 1);
  });

  test('a server that accepts watches only to end them with an error costs one log line', async (t) => {
    const { client, clock, log, run } = start(t);
    await run();
    for (let second = 0; second < 60; second += 1) {
      client.breakWatches(new ApiError('ServerError', 'etcd', { status: 500 }));
      await clock.advance(200);
    }
    assert.deepEqual(log.events, ['informer-lost']);
  });

  test('objects that are not kept do not exist for it', async (t) => {
    const { client, clock, told, task, run } = start(t, (widget) => widget.color !== 'grey');
    client.put(widgetResource, widgetJson('one', 'grey'));
    client.put(widgetResource, widgetJson('two', 'red'));
    await run();
    client.put(widgetResource, widgetJson('one', 'red'));
    client.put(widgetResource, widgetJson('two', 'grey'));
    client.remove(widgetResource, { namespace: 'default', name: 'two' });
    await clock.advance(0);
    assert.deepEqual(told, ['added two red', 'added one red', 'deleted two red']);
    assert.equal(task.cache.size, 1);
  });

  test('a listener that throws is logged and does not silence the others', async (t) => {
    const { client, clock, task, told, log, run } = start(t);
    task.cache.onChange(() => {
      throw new Error('boom');
    });
    const later: string[] = [];
    task.cache.onChange((change) => later.push(textOf(change)));
    await run();
    client.put(widgetResource, widgetJson('one', 'red'));
    await clock.advance(0);
    assert.deepEqual(told, ['added one red']);
    assert.deepEqual(later, ['added one red']);
    assert.ok(log.events.includes('informer-listener-failed'));
  });

  test('ends when told to, also while it waits to retry', async (t) => {
    const { client, clock, stop, run, ended } = start(t);
    client.fail('any', unreachable, { times: 1_000 });
    await run();
    await clock.advance(5_000);
    stop.abort();
    await clock.advance(0);
    assert.equal(ended(), true);
    assert.equal(clock.pending, 0);
  });
});
