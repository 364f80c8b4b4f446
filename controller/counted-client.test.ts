import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../shared/kube/api-error.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { widgetJson, widgetResource } from '../test/support/widget.ts';
import { countedClient } from './counted-client.ts';

const one = { namespace: 'default', name: 'one' };

test('each write counts once, by what came of it, and no read does', async () => {
  const api = new FakeApiClient(new FakeClock());
  const counted: string[] = [];
  const client = countedClient(api, { wrote: (resource, result) => void counted.push(`${resource} ${result}`) });
  const patch = () => client.patch(widgetResource, one, { type: 'merge', body: { spec: { color: 'blue' } } });
  const failing = async (error: ApiError): Promise<void> => {
    api.fail('patch', error);
    await assert.rejects(patch(), error);
  };

  await client.create(widgetResource, widgetJson('one', 'red'));
  await client.get(widgetResource, one);
  await client.list(widgetResource, { namespace: '' });
  await patch();
  await client.update(widgetResource, widgetJson('one', 'green'));
  await assert.rejects(client.create(widgetResource, widgetJson('one', 'red')), { code: 'AlreadyExists' });
  await failing(new ApiError('Conflict', 'changed', { status: 409 }));
  await failing(new ApiError('TooManyRequests', 'slow', { status: 429 }));
  await failing(new ApiError('Unreachable', 'cut', {}));
  await client.delete(widgetResource, one);
  await assert.rejects(patch(), { code: 'NotFound' });

  assert.deepEqual(counted, [
    'widgets ok',
    'widgets ok',
    'widgets ok',
    'widgets conflict',
    'widgets conflict',
    'widgets failed',
    'widgets failed',
    'widgets ok',
    'widgets gone',
  ]);
});
