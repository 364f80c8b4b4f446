import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { configurationStateResource } from '../shared/api/configuration-state.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

function reported(): { readonly result: string; readonly errorSummary: string; readonly inForce: string } {
  const state = configurationStateResource.parse(
    herald.api.stored(configurationStateResource, { namespace, name: 'controller' }),
  );
  const [condition] = state.conditions;
  return {
    result: state.result,
    errorSummary: state.errorSummary,
    inForce: `${condition?.status} ${condition?.reason}`,
  };
}

test('a sound configuration is Valid', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  await herald.pass();
  assert.deepEqual(reported(), { result: 'Valid', errorSummary: '', inForce: 'True newest' });
  assert.match(await herald.registry.metrics(), /herald_config_findings\{severity="error"\} 0/);
});

test('a pool that can not be read is named in an event, once, also across restarts', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  herald.pool('b', { addresses: ['10.0.0.300'] });
  await herald.start();
  await herald.pass(2_000);
  const [event, ...others] = herald.events.take();
  assert.match(
    event ?? '',
    /^Warning ConfigInvalid herald-system\/b: IPAddressPool herald-system\/b: spec\.addresses\[0\]: .*10\.0\.0\.300/,
  );
  assert.deepEqual(others, []);
  const { result, errorSummary } = reported();
  assert.equal(result, 'Invalid');
  assert.match(errorSummary, /^IPAddressPool herald-system\/b: spec\.addresses\[0\]: /);
  assert.match(await herald.registry.metrics(), /herald_config_findings\{severity="error"\} 1/);

  await herald.stop();
  await herald.start();
  await herald.pass(2_000);
  assert.deepEqual(herald.events.take(), []);
});

test('what is mended within a second is not told', async () => {
  await herald.start();
  await herald.pass();
  herald.pool('b', { addresses: ['10.0.0.300'] });
  await herald.pass(500);
  herald.pool('b', { addresses: ['10.0.0.30'] });
  await herald.pass(2_000);
  assert.deepEqual(herald.events.take(), []);
  assert.equal(reported().result, 'Valid');
});

test('a ConfigMap that can not be used at all says what is in force instead', async () => {
  herald.configMap('address-pools: []');
  await herald.start();
  await herald.pass(2_000);
  herald.configMap('address-pool: []');
  await herald.pass(2_000);
  const { result, errorSummary, inForce } = reported();
  assert.equal(result, 'Invalid');
  assert.match(errorSummary, /^ConfigMap herald-system\/config: .*address-pool.*line 1/);
  assert.equal(inForce, 'False lastGood');
});

test('an API server that is away does not lose the report', async () => {
  herald.api.fail('patch', new ApiError('Unreachable', 'away', {}), { plural: 'configurationstates', times: 3 });
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  await herald.pass(30_000);
  assert.equal(reported().result, 'Valid');
});
