import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { bgpPeerResource } from '../shared/api/bgp-peer.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { readObject } from '../shared/api/json.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

const bgpPeer = {
  metadata: { name: 'router', namespace, generation: 1 },
  spec: { myASN: 64_500, peerASN: 64_501, peerAddress: '10.9.0.1', bfdProfile: 'fast' },
};
/** Between two objects of one `kubectl apply`. */
const betweenMs = 100;

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

const removePool = (name: string) => herald.api.remove(ipAddressPoolResource, { namespace, name });

/** Two Services that hold 10.0.0.0 and 10.0.0.1, and nothing more to tell. */
async function served(): Promise<void> {
  await herald.start();
  for (const key of ['default/first', 'default/second']) {
    herald.service({ key });
    await herald.pass();
  }
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
  herald.events.take();
}

const addresses = (): readonly string[] => [
  ...herald.addresses('default/first'),
  ...herald.addresses('default/second'),
];

describe('addresses stay while objects that belong together are applied one after the other', () => {
  test('a pool is split: it shrinks before the other part is there', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await served();
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.pass(betweenMs);
    herald.pool('b', { addresses: ['10.0.0.1'] });
    await herald.pass(2_000);
    assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
    assert.equal(herald.stored('default/second').meta.annotations['metallb.io/ip-allocated-from-pool'], 'b');
    assert.deepEqual(herald.events.take(), []);
  });

  test('the pools of a ConfigMap become IPAddressPools: the first one ends the ConfigMap', async () => {
    const pool = (name: string, address: string) => `{name: ${name}, protocol: layer2, addresses: [${address}]}`;
    herald.configMap(`address-pools: [${pool('a', '10.0.0.0/32')}, ${pool('b', '10.0.0.1/32')}]`);
    await served();
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.pass(betweenMs);
    herald.pool('b', { addresses: ['10.0.0.1'] });
    await herald.pass(2_000);
    assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
    assert.deepEqual(
      herald.events.take().filter((line) => !line.startsWith('Warning ConfigInvalid')),
      [],
    );
  });

  test('a pool is replaced right after another change', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await served();
    herald.pool('other', { addresses: ['10.9.0.0/31'] });
    herald.pool('other', { addresses: ['10.9.0.0/30'] });
    await herald.pass(1);
    removePool('a');
    await herald.pass(betweenMs);
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.pass(2_000);
    assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
    assert.deepEqual(herald.events.take(), []);
  });
});

test('a pool that is replaced by its like has its counters again', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await served();
  removePool('a');
  await herald.pass(betweenMs);
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await herald.pass(2_000);
  const status = readObject(herald.api.stored(ipAddressPoolResource, { namespace, name: 'a' }) ?? {}, 'status');
  assert.deepEqual(status, { assignedIPv4: 2, assignedIPv6: 0, availableIPv4: 0, availableIPv6: 0 });
});

test('what is not put back is given up', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await served();
  herald.pool('a', { addresses: ['10.0.0.0'] });
  await herald.pass(betweenMs);
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
  await herald.pass(2_000);
  assert.deepEqual(addresses(), ['10.0.0.0']);
});

test('meanwhile nothing is given from what is gone, and what is new serves at once', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/29'] });
  await served();
  herald.pool('a', { addresses: ['10.0.0.0', '10.0.0.7'] });
  herald.service({ key: 'default/third' });
  await herald.pass(betweenMs);
  assert.deepEqual(herald.addresses('default/third'), ['10.0.0.7']);
  herald.pool('b', { addresses: ['10.9.0.0'] });
  herald.service({ key: 'default/fourth' });
  await herald.pass(betweenMs);
  assert.deepEqual(herald.addresses('default/fourth'), ['10.9.0.0']);
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
});

test('a stream of other changes does not put off what is to be given up', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await served();
  herald.pool('a', { addresses: ['10.0.0.0'] });
  for (let change = 0; change < 20; change += 1) {
    await herald.pass(betweenMs);
    herald.pool('other', { addresses: [`10.9.0.0-10.9.0.${change}`] });
  }
  assert.deepEqual(addresses(), ['10.0.0.0', '10.9.0.0']);
});

test('a pool that shrinks right after the controller has started costs nothing at once', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await served();
  await herald.stop();
  await herald.start();
  herald.pool('a', { addresses: ['10.0.0.0'] });
  await herald.pass(betweenMs);
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1']);
});

test('addresses are given also where a BGP kind is not there, and nothing is said of those that are', async () => {
  const missing = new ApiError('NotFound', 'the server could not find the requested resource', { status: 404 });
  herald.api.fail('list', missing, { plural: 'bfdprofiles', times: Number.POSITIVE_INFINITY });
  herald.api.put(bgpPeerResource, bgpPeer);
  herald.pool('a', { addresses: ['10.0.0.0/31'] });
  await herald.start();
  herald.service({ key: 'default/web' });
  await herald.pass(5_000);
  assert.deepEqual(herald.events.take(), ['Normal IPAllocated default/web: Assigned 10.0.0.0 from pool a']);
});

test('what refers to nothing is found also where the last kind to be read is empty', async () => {
  const away = new ApiError('Unreachable', 'away', {});
  herald.api.fail('list', away, { plural: 'bfdprofiles', times: 3 });
  herald.api.put(bgpPeerResource, bgpPeer);
  await herald.start();
  await herald.pass(10_000);
  assert.match(herald.events.take().join(), /^Warning ConfigInvalid herald-system\/router: .*no BFDProfile "fast"/);
});
