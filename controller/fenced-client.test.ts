import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { widgetJson, widgetResource } from '../test/support/widget.ts';
import { fencedClient } from './fenced-client.ts';

const one = { namespace: 'default', name: 'one' };

test('a process that does not lead reads, and writes nothing', async () => {
  const client = new FakeApiClient(new FakeClock());
  client.put(widgetResource, widgetJson('one', 'red'));
  let leads = false;
  const fenced = fencedClient(client, { isLeader: () => leads });
  const writes = {
    create: () => fenced.create(widgetResource, widgetJson('two', 'red')),
    update: () => fenced.update(widgetResource, widgetJson('one', 'green')),
    patch: () => fenced.patch(widgetResource, one, { type: 'merge', body: { spec: { color: 'blue' } } }),
    delete: () => fenced.delete(widgetResource, one),
  };
  for (const write of Object.values(writes)) await assert.rejects(write, { code: 'NotLeading' });
  assert.equal((await fenced.get(widgetResource, one))?.color, 'red');
  assert.equal((await fenced.list(widgetResource, { namespace: '' })).items.length, 1);
  assert.deepEqual(
    client.calls.map(({ method }) => method),
    ['get', 'list'],
  );

  leads = true;
  for (const write of Object.values(writes)) await write();
  assert.deepEqual(
    client.calls.slice(2).map(({ method }) => method),
    ['create', 'update', 'patch', 'delete'],
  );
});
