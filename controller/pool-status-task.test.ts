import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { type JsonObject, readObject } from '../shared/api/json.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

const name = { namespace, name: 'a' };
let herald: ControllerFixture;
beforeEach(async () => {
  herald = new ControllerFixture();
  herald.pool('a', { addresses: ['10.0.0.0/30', '2001:db8::/126'], excludeAddresses: ['10.0.0.3'] });
  await herald.start();
  herald.service({ key: 'shop/web' });
  await herald.pass(2_000);
});
afterEach(() => herald.stop());

const right = { assignedIPv4: 1, assignedIPv6: 0, availableIPv4: 2, availableIPv6: 4 };
const counters = (): JsonObject => readObject(herald.api.stored(ipAddressPoolResource, name) ?? {}, 'status');
const writes = (): number =>
  herald.api.calls.filter(({ method, plural }) => method === 'patch' && plural === 'ipaddresspools').length;

test('the counters are of addresses that can be given, not of Services', async () => {
  assert.deepEqual(counters(), right);
  const sharing = { 'metallb.io/allow-shared-ip': 'key', 'metallb.io/loadBalancerIPs': '10.0.0.1' };
  for (const port of [80, 443]) {
    herald.service({ key: `shop/${port}`, annotations: sharing, spec: { ports: [{ protocol: 'TCP', port }] } });
  }
  await herald.pass(2_000);
  assert.deepEqual(counters(), { ...right, assignedIPv4: 2, availableIPv4: 1 });
});

test('counters that were edited by hand are put right', async () => {
  const stored = herald.api.stored(ipAddressPoolResource, name) ?? {};
  herald.api.put(ipAddressPoolResource, { ...stored, status: { ...right, assignedIPv4: 77 } });
  await herald.pass(2_000);
  assert.deepEqual(counters(), right);
});

test('they are written on change only', async () => {
  const before = writes();
  const stored = herald.api.stored(ipAddressPoolResource, name) ?? {};
  herald.api.put(ipAddressPoolResource, { ...stored, spec: { ...readObject(stored, 'spec'), autoAssign: true } });
  await herald.pass(60_000);
  assert.equal(writes(), before);
  herald.service({ key: 'shop/other' });
  await herald.pass(2_000);
  assert.equal(writes(), before + 1);
});

test('they are written in the end where the API server fails', async () => {
  herald.api.fail('patch', new ApiError('ServerError', 'broken', { status: 500 }), {
    plural: 'ipaddresspools',
    times: 3,
  });
  herald.service({ key: 'shop/other' });
  await herald.pass(30_000);
  assert.deepEqual(counters(), { ...right, assignedIPv4: 2, availableIPv4: 1 });
});
