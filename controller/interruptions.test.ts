import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { readObject } from '../shared/api/json.ts';
import { serviceResource } from '../shared/api/service.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

const away = new ApiError('Unreachable', 'away', {});

/** Whatever happens in between is seen only in a new list. */
async function unseen(change: () => void): Promise<void> {
  herald.api.fail('watch', away, { plural: 'services' });
  herald.api.breakWatches(away);
  await herald.pass(0);
  change();
  herald.api.compact();
  await herald.pass(5_000);
}

test('a Service that was deleted, and one created in its place, while the watch was away: nobody is refused anything', async () => {
  herald.pool('a', { addresses: ['10.0.0.0'] });
  await herald.start();
  herald.service({ key: 'default/old' });
  await herald.pass();
  herald.events.take();
  const writes = herald.serviceWrites;
  await unseen(() => {
    herald.deleteService('default/old');
    herald.service({ key: 'default/new' });
  });
  assert.deepEqual(herald.addresses('default/new'), ['10.0.0.0']);
  assert.deepEqual(herald.events.take(), ['Normal IPAllocated default/new: Assigned 10.0.0.0 from pool a']);
  assert.equal(herald.serviceWrites, writes + 1);
});

test('an address is cleared with its why, also where somebody else writes to the Service meanwhile', async () => {
  herald.pool('a', { addresses: ['10.0.0.0'] });
  await herald.start();
  herald.service();
  await herald.pass();
  herald.events.take();
  herald.api.fail('patch', new ApiError('Conflict', 'changed', { status: 409 }), { plural: 'services', times: 1 });
  herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
  await herald.pass(1_000);
  const stored = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
  herald.api.put(serviceResource, { ...stored, metadata: { ...readObject(stored, 'metadata'), labels: { a: 'b' } } });
  await herald.pass(5_000);
  assert.deepEqual(herald.events.take(), [
    'Normal ClearAssignment default/web: Cleared 10.0.0.0 (no pool has it)',
    'Warning AllocationFailed default/web: no pool is configured',
  ]);
});

test('a controller that starts while a pool is being replaced takes no address away', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await herald.start();
  herald.service();
  await herald.pass();
  herald.events.take();
  herald.pool('other', { addresses: ['10.0.1.0/31'] });
  herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
  await herald.pass(100);
  await herald.stop();
  await herald.start();
  await herald.pass(500);
  herald.pool('b', { addresses: ['10.0.0.0/30'] });
  await herald.pass(5_000);
  assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
  assert.deepEqual(herald.events.take(), []);
});
