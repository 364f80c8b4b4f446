import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

test('an API server that was away for two minutes makes nobody say that the speakers are gone', async () => {
  herald.speakerLease('node-a');
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  herald.service({ key: 'default/web' });
  for (let step = 0; step < 20; step += 1) {
    herald.speakerLease('node-a');
    await herald.pass(5_000);
  }
  herald.events.take();
  const error = new ApiError('Unreachable', 'away', {});
  herald.silentSinceMs = herald.clock.now();
  herald.api.fail('any', error, { times: Number.POSITIVE_INFINITY });
  herald.api.breakWatches(error);
  await herald.pass(120_000);
  herald.api.heal();
  herald.silentSinceMs = undefined;
  // The speaker needs a moment to find the API server again.
  await herald.pass(20_000);
  herald.speakerLease('node-a');
  await herald.pass(20_000);
  assert.equal(herald.condition('default/web', 'herald/Announced'), undefined);
  assert.deepEqual(herald.events.take(), []);
  assert.equal(herald.log.events.includes('no-speaker-alive'), false);
});

test('an API server that was away makes nobody say that the speakers are back', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  herald.service({ key: 'default/web' });
  await herald.pass(60_000);
  const error = new ApiError('Unreachable', 'away', {});
  herald.silentSinceMs = herald.clock.now();
  herald.api.fail('any', error, { times: Number.POSITIVE_INFINITY });
  herald.api.breakWatches(error);
  await herald.pass(60_000);
  herald.api.heal();
  herald.silentSinceMs = undefined;
  await herald.pass(60_000);
  const told = herald.log.events.filter((event) => event === 'no-speaker-alive' || event === 'speakers-alive');
  assert.deepEqual(told, ['no-speaker-alive']);
});
