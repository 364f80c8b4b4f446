import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { stringAt } from './schema/json-value.ts';
import { type HttpClient, resourceVersionOf } from './testing/http-client.ts';
import { withServer } from './testing/with-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

async function make(client: HttpClient, name: string, labels: Record<string, string> = {}) {
  const answer = await client.post(configMaps, { metadata: { name, labels }, data: {} });
  assert.equal(answer.code, 201);
  return answer.body;
}

describe('watch', () => {
  test(
    'from a list: every later change, in order, none twice',
    withServer(async (client) => {
      await make(client, 'before');
      const list = await client.get(configMaps);
      await make(client, 'between');
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(list.body)}`);
      await client.patch(`${configMaps}/before`, 'merge', { data: { a: 'b' } });
      await client.delete(`${configMaps}/between`);
      assert.deepEqual(await watcher.take(3), ['ADDED between', 'MODIFIED before', 'DELETED between']);
      watcher.stop();
    }),
  );

  for (const resourceVersion of ['', '0']) {
    test(
      `from resourceVersion "${resourceVersion}": the present state as ADDED, then changes`,
      withServer(async (client) => {
        await make(client, 'a');
        await make(client, 'b');
        const watcher = await client.watch(`${configMaps}?watch=true&resourceVersion=${resourceVersion}`);
        await make(client, 'c');
        assert.deepEqual(await watcher.take(3), ['ADDED a', 'ADDED b', 'ADDED c']);
        watcher.stop();
      }),
    );
  }

  test(
    'loses nothing between list and watch while others write',
    withServer(async (client) => {
      const writes = (async () => {
        for (let index = 0; index < 200; index++) await make(client, `n${index}`);
      })();
      const list = await client.get(configMaps);
      const known = new Set<string>();
      const items = list.body['items'];
      if (Array.isArray(items)) for (const item of items) known.add(stringAt(item, ['metadata', 'name']));
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(list.body)}`);
      await writes;
      while (known.size < 200) {
        const event = await watcher.next();
        assert.equal(event?.type, 'ADDED');
        const name = stringAt(event?.object, ['metadata', 'name']);
        assert.equal(known.has(name), false, `${name} came twice`);
        known.add(name);
      }
      watcher.stop();
    }),
  );

  test(
    'with a selector: entering it is ADDED, leaving it is DELETED with the new resourceVersion',
    withServer(async (client) => {
      const created = await make(client, 'x', { app: 'other' });
      const path = `${configMaps}?watch=1&labelSelector=app%3Dweb&resourceVersion=${resourceVersionOf(created)}`;
      const watcher = await client.watch(path);
      await client.patch(`${configMaps}/x`, 'merge', { metadata: { labels: { app: 'web' } } });
      const left = await client.patch(`${configMaps}/x`, 'merge', { metadata: { labels: { app: 'other' } } });
      assert.deepEqual(await watcher.take(1), ['ADDED x']);
      const event = await watcher.next();
      assert.equal(event?.type, 'DELETED');
      assert.equal(resourceVersionOf(event?.object ?? {}), resourceVersionOf(left.body));
      watcher.stop();
    }),
  );

  test(
    'a deletion carries the resourceVersion of the deletion, so that a watch goes on from there',
    withServer(async (client) => {
      const created = await make(client, 'x');
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(created)}`);
      await client.delete(`${configMaps}/x`);
      const event = await watcher.next();
      assert.equal(event?.type, 'DELETED');
      assert.equal(Number(resourceVersionOf(event?.object ?? {})), Number(resourceVersionOf(created)) + 1);
      watcher.stop();
    }),
  );

  test(
    'from before a compaction: one ERROR event with 410 Expired, and the end',
    withServer(async (client, server) => {
      const created = await make(client, 'x');
      await make(client, 'y');
      server.faults.compactHistory();
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(created)}`);
      const event = await watcher.next();
      assert.equal(event?.type, 'ERROR');
      assert.equal(event?.object['code'], 410);
      assert.equal(event?.object['reason'], 'Expired');
      assert.match(stringAt(event?.object, ['message']), /^too old resource version: \d+ \(\d+\)$/);
      assert.equal(await watcher.next(), undefined);
    }),
  );

  test(
    'the history is bounded: a watch from too far back is 410',
    withServer(
      async (client) => {
        const created = await make(client, 'first');
        for (let index = 0; index < 25; index++) await make(client, `n${index}`);
        const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersionOf(created)}`);
        assert.equal((await watcher.next())?.object['code'], 410);
      },
      { historyLimit: 10 },
    ),
  );

  test('bookmarks come at the interval with the latest resourceVersion, and only to those who ask', async () => {
    const clock = new FakeClock();
    await withServer(
      async (client) => {
        const created = await make(client, 'x');
        const query = `watch=1&resourceVersion=${resourceVersionOf(created)}`;
        const asking = await client.watch(`/api/v1/nodes?${query}&allowWatchBookmarks=true`);
        const other = await client.watch(`/api/v1/nodes?${query}&timeoutSeconds=11`);
        await clock.advance(10_000);
        const bookmark = await asking.next();
        assert.equal(bookmark?.type, 'BOOKMARK');
        assert.equal(bookmark?.object['kind'], 'Node');
        assert.equal(resourceVersionOf(bookmark?.object ?? {}), resourceVersionOf(created));
        await clock.advance(1_000);
        assert.equal(await other.next(), undefined);
        asking.stop();
      },
      { clock, bookmarkIntervalMs: 10_000 },
    )();
  });

  test('ends after timeoutSeconds', async () => {
    const clock = new FakeClock();
    await withServer(
      async (client) => {
        const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=0&timeoutSeconds=5`);
        await clock.advance(4_999);
        await make(client, 'late');
        assert.deepEqual(await watcher.take(1), ['ADDED late']);
        await clock.advance(1);
        assert.equal(await watcher.next(), undefined);
      },
      { clock },
    )();
  });

  test(
    'from a resourceVersion of the future: silence until it is passed; from no number: 400',
    withServer(async (client) => {
      const created = await make(client, 'a');
      const future = Number(resourceVersionOf(created)) + 2;
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=${future}`);
      for (const name of ['b', 'c', 'd']) await make(client, name);
      assert.deepEqual(await watcher.take(1), ['ADDED d']);
      watcher.stop();
      assert.equal((await client.get(`${configMaps}?watch=1&resourceVersion=abc`)).code, 400);
    }),
  );

  test(
    'refuses sendInitialEvents as a server without the feature does',
    withServer(async (client) => {
      const answer = await client.get(`${configMaps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
      assert.equal(answer.code, 422);
      assert.equal(
        answer.body['message'],
        'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch ' +
          'unless the WatchList feature gate is enabled',
      );
    }),
  );

  test(
    'as Table: one row per event, columns in the first only',
    withServer(async (client) => {
      await make(client, 'a');
      await make(client, 'b');
      const watcher = await client.watch(`${configMaps}?watch=1&resourceVersion=0`, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      });
      const first = await watcher.next();
      const second = await watcher.next();
      assert.equal(first?.object['kind'], 'Table');
      assert.equal(Array.isArray(first?.object['columnDefinitions']), true);
      assert.equal(second?.object['columnDefinitions'], null);
      watcher.stop();
    }),
  );
});
