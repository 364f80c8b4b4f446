import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { RecordedEvents } from '../test/support/recorded-events.ts';
import { serviceManifest } from '../test/support/service-manifest.ts';
import { ServiceWriter } from './service-writer-client.ts';

const cleared = { type: 'Normal', reason: 'ClearAssignment', message: 'Cleared 192.0.2.1' } as const;
const writes = { status: { conditions: null }, pools: undefined };

function fixture(wrote: (writer: ServiceWriter) => void) {
  const client = new FakeApiClient();
  const events = new RecordedEvents();
  const service: Service = serviceResource.parse(client.put(serviceResource, serviceManifest({ key: 'shop/web' })));
  const writer: ServiceWriter = new ServiceWriter({
    client,
    services: { wrote: () => wrote(writer) },
    events,
    log: new MemoryLog(),
  });
  return { client, events, service, writer };
}

test('what a Service has lost is told also where the watch lets it be forgotten before the answer comes', async () => {
  const { events, service, writer } = fixture((each) => each.forget('shop/web'));
  assert.deepEqual(await writer.write(service, writes, [cleared]), { type: 'done' });
  assert.deepEqual(events.take(), ['Normal ClearAssignment shop/web: Cleared 192.0.2.1']);
});

test('what was not told since the answer was lost is told by the next write, once', async () => {
  const { client, events, service, writer } = fixture(() => undefined);
  client.fail('patch', new ApiError('Unreachable', 'lost', {}), { times: 1 });
  assert.deepEqual(await writer.write(service, writes, [cleared]), { type: 'retry' });
  assert.deepEqual(events.take(), []);
  const nothing = { status: undefined, pools: undefined };
  await writer.write(service, nothing, []);
  await writer.write(service, nothing, []);
  assert.deepEqual(events.take(), ['Normal ClearAssignment shop/web: Cleared 192.0.2.1']);
});
