import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { addressesInUseText } from '../shared/api/address-in-use.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { readObject } from '../shared/api/json.ts';
import { leaseResource } from '../shared/api/lease.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';
import { dualStack } from '../test/support/service-manifest.ts';

const mac = '02:00:00:00:00:99';
const web = 'default/web';
let herald: ControllerFixture;
beforeEach(async () => {
  herald = new ControllerFixture();
  herald.pool('a', { addresses: ['10.0.0.0/31', '2001:db8::/127'], conflictCheck: true });
  await herald.start();
  herald.speakerLease('node-a');
  await herald.pass(2_000);
});
afterEach(() => herald.stop());

/** The speaker on node-a found these in use, just now. */
async function found(...addresses: readonly string[]): Promise<void> {
  const untilMs = herald.clock.wallMs() + 600_000;
  const text = addressesInUseText(addresses.map((address) => ({ address, mac, interface: 'eth0', untilMs }))) ?? '';
  herald.speakerLease('node-a', { 'herald/addresses-in-use': text });
  await herald.pass();
}

/** The times at which addresses are tried again are not the same in each test. */
function timeless(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.map((text) => (text ?? '').replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'T'));
}

const by = 'is in use by 02:00:00:00:00:99 on eth0 (seen by node-a), and is tried again at T';

describe('an address that another machine uses', () => {
  test('is taken from its Service, which gets another one and a Warning', async () => {
    herald.service();
    await herald.pass();
    herald.events.take();
    await found('10.0.0.0');
    assert.deepEqual(herald.addresses(web), ['10.0.0.1']);
    assert.equal(herald.condition(web), 'True IPAllocated: Assigned 10.0.0.1 from pool a');
    assert.deepEqual(timeless(herald.events.take()), [
      'Normal ClearAssignment default/web: Cleared 10.0.0.0 (another machine on the network uses it)',
      `Warning AddressInUse default/web: 10.0.0.0 ${by}`,
      'Normal IPAllocated default/web: Assigned 10.0.0.1 from pool a',
    ]);
  });

  test('is told of by the pool, and is neither in use nor available', async () => {
    await found('10.0.0.1');
    await herald.pass(2_000);
    const pool = herald.api.stored(ipAddressPoolResource, { namespace, name: 'a' }) ?? {};
    const { addressesInUse, ...counters } = readObject(pool, 'status');
    assert.deepEqual(counters, { assignedIPv4: 0, assignedIPv6: 0, availableIPv4: 1, availableIPv6: 2 });
    const [told, ...others] = Array.isArray(addressesInUse) ? addressesInUse : [];
    const { until, ...rest } = told;
    assert.deepEqual([rest, others], [{ address: '10.0.0.1', mac, interface: 'eth0', node: 'node-a' }, []]);
    assert.match(until, /Z$/);
    assert.match(await herald.registry.metrics(), /herald_pool_addresses_set_aside\{pool="a",family="IPv4"\} 1/);
    await herald.pass(600_000);
    const after = herald.api.stored(ipAddressPoolResource, { namespace, name: 'a' }) ?? {};
    assert.equal(readObject(after, 'status')['addressesInUse'] ?? null, null);
  });

  test('that a Service asks for is waited for: it says so once, and tries again after ten minutes', async () => {
    herald.service({ annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.0' } });
    await herald.pass();
    herald.events.take();
    await found('10.0.0.0');
    assert.deepEqual(herald.addresses(web), []);
    assert.deepEqual(timeless([herald.condition(web)]), [`False AddressInUse: 10.0.0.0 ${by}`]);
    assert.deepEqual(timeless(herald.events.take()), [
      'Normal ClearAssignment default/web: Cleared 10.0.0.0 (another machine on the network uses it)',
      `Warning AddressInUse default/web: 10.0.0.0 ${by}`,
    ]);
    await herald.pass(500_000);
    assert.deepEqual(herald.events.take(), []);
    await herald.pass(100_000);
    assert.deepEqual(herald.addresses(web), ['10.0.0.0']);
    assert.equal(herald.condition(web), 'True IPAllocated: Assigned 10.0.0.0 from pool a');
  });

  test('is waited for where its pool has no other', async () => {
    await found('10.0.0.0', '10.0.0.1');
    herald.service();
    await herald.pass();
    const expected = `False AddressInUse: pool a: exhausted (0 of 2 in use), 10.0.0.0 ${by}, 10.0.0.1 ${by}`;
    assert.deepEqual(timeless([herald.condition(web)]), [expected]);
    assert.match(await herald.registry.metrics(), /herald_allocation_failures_total\{reason="AddressInUse"\} 1/);
  });

  test('is given again once its pool no longer asks for the check', async () => {
    await found('10.0.0.0');
    herald.pool('a', { addresses: ['10.0.0.0/31', '2001:db8::/127'] });
    herald.service();
    await herald.pass(5_000);
    assert.deepEqual(herald.addresses(web), ['10.0.0.0']);
  });

  test('costs the other family nothing', async () => {
    herald.service({ spec: { ...dualStack, ipFamilyPolicy: 'PreferDualStack' } });
    await herald.pass();
    assert.deepEqual(herald.addresses(web), ['10.0.0.0', '2001:db8::']);
    await found('2001:db8::');
    assert.deepEqual(herald.addresses(web), ['10.0.0.0', '2001:db8::1']);
  });

  test('stays set aside when its speaker restarts, and when the controller does, and when both do', async () => {
    await found('10.0.0.0');
    await herald.pass(2_000);
    herald.api.remove(leaseResource, { namespace, name: 'speaker-node-a' });
    await herald.pass();
    herald.service();
    await herald.pass();
    assert.deepEqual(herald.addresses(web), ['10.0.0.1']);
    await herald.stop();
    await herald.start();
    herald.service({ key: 'default/other' });
    await herald.pass(2_000);
    assert.deepEqual(herald.addresses('default/other'), []);
    herald.events.take();
    await herald.stop();
    await herald.start();
    await herald.pass(2_000);
    assert.deepEqual(herald.events.take(), []);
    await herald.pass(600_000);
    assert.deepEqual(herald.addresses('default/other'), ['10.0.0.0']);
  });
});
