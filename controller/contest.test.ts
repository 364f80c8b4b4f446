import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ControllerFixture } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

test('somebody who undoes every write gets no race, and two lines of the log in a minute and a half', async () => {
  herald.speakerLease('node-a');
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  herald.service({ key: 'default/web' });
  await herald.pass();
  const before = herald.serviceWrites;
  for (let step = 0; step < 900; step += 1) {
    if (herald.addresses('default/web').length > 0) herald.service({ key: 'default/web', status: [] });
    await herald.pass(100);
  }
  const writes = herald.serviceWrites - before;
  assert.ok(writes >= 50 && writes <= 60, `${writes} writes in 90 s`);
  assert.equal(herald.log.events.filter((event) => event === 'service-status-contested').length, 2);
});
