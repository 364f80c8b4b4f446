import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObject, readObjects } from '../shared/api/json.ts';
import { serviceResource } from '../shared/api/service.ts';
import { ControllerFixture } from '../test/support/controller-fixture.ts';

test('a speaker that comes back is believed at once: nobody writes against it', async (t) => {
  const herald = new ControllerFixture();
  t.after(() => herald.stop());
  herald.pool('a', { addresses: ['10.0.0.0'] });
  await herald.start();
  herald.service();
  await herald.pass(60_000);
  const gone =
    'False speakerNotAlive: no speaker with a valid Lease runs on any node; see the Pods of the speaker DaemonSet';
  assert.equal(herald.condition('default/web', 'herald/Announced'), gone);

  herald.speakerLease('node-a');
  const stored = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
  const status = readObject(stored, 'status');
  const conditions = readObjects(status, 'conditions').map((condition) =>
    condition['type'] === 'herald/Announced'
      ? { ...condition, status: 'True', reason: 'owner', message: 'announced by node-a' }
      : condition,
  );
  herald.api.put(serviceResource, { ...stored, status: { ...status, conditions } });
  await herald.pass(10);
  assert.equal(herald.condition('default/web', 'herald/Announced'), 'True owner: announced by node-a');
});
