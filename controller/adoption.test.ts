import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { nodeResource } from '../shared/api/node.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

describe('a controller that finds Services with addresses and no configuration at all', () => {
  beforeEach(async () => {
    herald.service({ key: 'shop/web', status: ['10.0.0.5'] });
    herald.service({ key: 'shop/api', status: ['10.0.1.5'] });
    herald.service({ key: 'shop/old', status: ['9.9.9.9'] });
    await herald.start();
    await herald.pass(60_000);
  });

  test('leaves them as they are, and says why it waits', () => {
    assert.equal(herald.serviceWrites, 0);
    assert.deepEqual(herald.events.take(), []);
    assert.deepEqual(
      herald.log.events.filter((event) => event === 'waiting-for-configuration'),
      ['waiting-for-configuration'],
    );
  });

  test('tells who has no address why, without giving any, and touches no other', async () => {
    herald.service({ key: 'shop/new' });
    await herald.pass();
    assert.deepEqual(herald.events.take(), ['Warning AllocationFailed shop/new: no pool is configured']);
    assert.equal(herald.condition('shop/new'), 'False AllocationFailed: no pool is configured');
    assert.deepEqual(herald.addresses('shop/new'), []);
    await herald.pass(60_000);
    assert.equal(herald.serviceWrites, 1);
    // 10.0.0.0 would be free; but who has which address is not known before the last object has come.
    herald.pool('a', { addresses: ['10.0.0.0/24'] });
    await herald.pass(900);
    assert.deepEqual(herald.addresses('shop/new'), []);
    await herald.pass(5_000);
    assert.deepEqual(herald.addresses('shop/new'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.5']);
  });

  test('takes back what it told of one that is no LoadBalancer any more, and leaves alone who is given an address', async () => {
    herald.service({ key: 'shop/gone' });
    herald.service({ key: 'shop/new' });
    await herald.pass();
    const before = herald.serviceWrites;
    herald.service({ key: 'shop/gone', spec: { type: 'ClusterIP' } });
    herald.service({ key: 'shop/new', status: ['9.9.9.8'] });
    await herald.pass();
    assert.equal(herald.serviceWrites, before + 1);
    assert.equal(herald.condition('shop/gone'), undefined);
    assert.deepEqual(herald.addresses('shop/new'), ['9.9.9.8']);
  });

  test('goes on to wait where an advertisement comes long before the first pool', async () => {
    herald.advertisement('all', {});
    await herald.pass(60_000);
    assert.equal(herald.serviceWrites, 0);
    herald.pool('a', { addresses: ['10.0.0.0/23'] });
    await herald.pass(5_000);
    assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.5']);
    assert.deepEqual(herald.addresses('shop/api'), ['10.0.1.5']);
  });

  test('and where a ConfigMap without pools does', async () => {
    herald.configMap('address-pools: []');
    await herald.pass(60_000);
    assert.equal(herald.serviceWrites, 0);
    herald.configMap('address-pools: [{name: a, protocol: layer2, addresses: [10.0.0.0/23]}]');
    await herald.pass(5_000);
    assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.5']);
  });

  test('adopts them once there is one, whose objects come one after the other', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/24'] });
    await herald.pass(700);
    herald.pool('b', { addresses: ['10.0.1.0/24'] });
    await herald.pass(900);
    assert.equal(herald.serviceWrites, 0);
    // Labels of nodes are read into the configuration, too.
    herald.api.put(nodeResource, { metadata: { name: 'node-a', labels: { a: 'b' } } });
    await herald.pass(200);
    assert.notEqual(herald.serviceWrites, 0);
    await herald.pass(5_000);
    assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.5']);
    assert.deepEqual(herald.addresses('shop/api'), ['10.0.1.5']);
    assert.deepEqual(herald.addresses('shop/old'), ['10.0.0.0']);
  });
});

test('one that is stopped before it begins to wait for a configuration ends', async () => {
  herald.service({ key: 'shop/web', status: ['10.0.0.5'] });
  herald.api.latencyMs = 50;
  await herald.start();
  // The caches are complete, and are compared with the API server.
  await herald.pass(150);
  await herald.stop();
  assert.deepEqual(
    herald.log.events.filter((event) => event === 'waiting-for-configuration'),
    [],
  );
});

test('where no Service has an address, each is told at once that there is no pool', async () => {
  herald.service({ key: 'shop/web' });
  await herald.start();
  await herald.pass();
  assert.deepEqual(herald.events.take(), ['Warning AllocationFailed shop/web: no pool is configured']);
});

test('addresses of the last pool, deleted while no controller ran, are given back', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/24'] });
  await herald.start();
  herald.service({ key: 'shop/web' });
  await herald.pass();
  await herald.stop();
  herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
  await herald.start();
  await herald.pass(5_000);
  assert.deepEqual(herald.addresses('shop/web'), []);
});

test('addresses stay while the definition of pools is gone, and every pool with it', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/24'] });
  await herald.start();
  herald.service({ key: 'shop/web' });
  await herald.pass();
  const unknown = new ApiError('NotFound', 'the server could not find the requested resource', { status: 404 });
  herald.api.fail('list', unknown, { plural: 'ipaddresspools', times: 3 });
  herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
  herald.api.remove(l2AdvertisementResource, { namespace, name: 'all' });
  await herald.pass(10_000);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.0']);
  // The definition is back, and somebody has a minute to apply the pools.
  await herald.pass(60_000);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.0']);
  await herald.pass(20_000);
  assert.deepEqual(herald.addresses('shop/web'), []);
  assert.deepEqual(
    herald.log.events.filter((event) => event.startsWith('pool-kind')),
    ['pool-kind-not-served', 'pool-kind-served-again'],
  );
});

test('they stay for good where their pools come back with it', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/24'] });
  await herald.start();
  herald.service({ key: 'shop/web', annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.7' } });
  await herald.pass();
  herald.service({ key: 'shop/web' });
  herald.api.fail('list', new ApiError('NotFound', 'no such kind', { status: 404 }), { plural: 'ipaddresspools' });
  herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
  await herald.pass(20_000);
  herald.pool('b', { addresses: ['10.0.0.0/24'] });
  await herald.pass(120_000);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.7']);
});

test('a pool that is made smaller while others are awaited takes nothing from those', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/24'] });
  herald.pool('b', { addresses: ['10.0.1.0/24'] });
  await herald.start();
  herald.service({ key: 'shop/web', annotations: { 'metallb.io/address-pool': 'b' } });
  await herald.pass();
  herald.service({ key: 'shop/web' });
  herald.api.fail('list', new ApiError('NotFound', 'no such kind', { status: 404 }), { plural: 'ipaddresspools' });
  for (const name of ['a', 'b']) herald.api.remove(ipAddressPoolResource, { namespace, name });
  await herald.pass(10_000);
  herald.pool('a', { addresses: ['10.0.0.0/24'] });
  await herald.pass(10_000);
  herald.pool('a', { addresses: ['10.0.0.0/25'] });
  await herald.pass(10_000);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.1.0']);
  herald.pool('b', { addresses: ['10.0.1.0/24'] });
  await herald.pass(120_000);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.1.0']);
});

test('an address that MetalLB gave from a pool which can not be used stays, under either prefix of its annotation', async () => {
  for (const prefix of ['metallb.io', 'metallb.universe.tf']) {
    const annotations = { [`${prefix}/ip-allocated-from-pool`]: 'broken' };
    herald.service({ key: `shop/${prefix}`, annotations, status: [prefix === 'metallb.io' ? '10.0.0.5' : '10.0.0.6'] });
  }
  herald.pool('broken', { addresses: ['lan'] });
  await herald.start();
  await herald.pass(5_000);
  assert.deepEqual(herald.addresses('shop/metallb.io'), ['10.0.0.5']);
  assert.deepEqual(herald.addresses('shop/metallb.universe.tf'), ['10.0.0.6']);
});
