import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ControllerFixture } from '../test/support/controller-fixture.ts';
import { dualStack, type ServiceManifest } from '../test/support/service-manifest.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
  herald.pool('a', { addresses: ['10.0.0.0'] });
  herald.pool('b', { addresses: ['10.0.1.0/24'], serviceAllocation: { namespaces: ['office'] } });
});
afterEach(() => herald.stop());

const byAddress = (text: string) => ({ 'metallb.io/loadBalancerIPs': text });
const deprecated =
  'Warning deprecatedAnnotation shop/web: annotations under metallb.universe.tf/ still work, but are deprecated; use metallb.io/';
const given = 'Normal IPAllocated shop/web: Assigned 10.0.0.0 from pool a';

interface Row {
  readonly what: string;
  readonly service: ServiceManifest;
  readonly events: readonly string[];
  /** Another one holds the only address. */
  readonly full?: boolean;
}

const rows: readonly Row[] = [
  { what: 'gets an address', service: {}, events: [given] },
  {
    what: 'finds all pools shut to it',
    service: {},
    full: true,
    events: [
      'Warning AllocationFailed shop/web: pool a: exhausted (1 of 1 in use); pool b: namespace shop not allowed',
    ],
  },
  {
    what: 'names a pool that does not exist',
    service: { annotations: { 'metallb.io/address-pool': 'gone' } },
    events: ['Warning AllocationFailed shop/web: pool gone: there is no such pool'],
  },
  {
    what: 'asks for an address that no pool has',
    service: { annotations: byAddress('9.9.9.9') },
    events: ['Warning AllocationFailed shop/web: 9.9.9.9: no pool has it'],
  },
  {
    what: 'asks for an address of a pool that does not allow it',
    service: { annotations: byAddress('10.0.1.9') },
    events: ['Warning AllocationFailed shop/web: 10.0.1.9: pool b: namespace shop not allowed'],
  },
  {
    what: 'asks for what is no address',
    service: { annotations: byAddress('any') },
    events: ['Warning LoadBalancerFailed shop/web: "any" is not an IP address'],
  },
  {
    what: 'asks for two addresses of one family',
    service: { annotations: byAddress('10.0.0.0,10.0.0.1') },
    events: [
      'Warning LoadBalancerFailed shop/web: two IPv4 addresses are requested; at most one per family can be given',
    ],
  },
  {
    what: 'asks by field and annotation',
    service: { annotations: byAddress('10.0.0.0'), spec: { loadBalancerIP: '10.0.0.0' } },
    events: [
      'Warning LoadBalancerFailed shop/web: spec.loadBalancerIP and the annotation loadBalancerIPs are both set; use the annotation only',
    ],
  },
  {
    what: 'requires two families with one cluster IP',
    service: { spec: { ipFamilyPolicy: 'RequireDualStack' } },
    events: ['Warning NotEnoughClusterIPs shop/web: RequireDualStack needs two cluster IPs, the Service has one'],
  },
  {
    what: 'has an annotation under the old prefix',
    service: { annotations: { 'metallb.universe.tf/address-pool': 'a' } },
    events: [given, deprecated],
  },
  {
    what: 'has an annotation under either prefix, of which the new one counts',
    service: { annotations: { 'metallb.universe.tf/address-pool': 'gone', 'metallb.io/address-pool': 'a' } },
    events: [given],
  },
  { what: 'is an ExternalName', service: { spec: { type: 'ExternalName', clusterIPs: [] } }, events: [] },
  { what: 'is a NodePort', service: { spec: { type: 'NodePort' } }, events: [] },
  { what: 'is headless', service: { spec: { clusterIPs: ['None'] } }, events: [] },
];

describe('a Service that', () => {
  for (const { what, service, events, full } of rows) {
    test(`${what} is told so once, also across a restart`, async () => {
      await herald.start();
      if (full === true) {
        herald.service({ key: 'shop/first' });
        await herald.pass();
        herald.events.take();
      }
      herald.service({ key: 'shop/web', ...service });
      await herald.pass();
      assert.deepEqual(herald.events.take(), events);
      await herald.stop();
      await herald.start();
      await herald.pass(30_000);
      assert.deepEqual(
        herald.events.take().filter((line) => !line.includes('NotAnnounced')),
        [],
      );
    });
  }

  test('comes to use an annotation of the old prefix is told so, once, though nothing else changes by it', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service({ key: 'shop/web' });
    await herald.pass();
    herald.events.take();
    const old = { 'metallb.universe.tf/address-pool': 'a' };
    for (const label of ['one', 'two']) {
      herald.service({ key: 'shop/web', annotations: old, labels: { label } });
      await herald.pass();
    }
    assert.deepEqual(herald.events.take(), [deprecated]);
  });

  test('uses one while the reason why it waits changes is told so once', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    herald.service({ key: 'shop/web', annotations: { 'metallb.universe.tf/address-pool': 'c' } });
    await herald.pass();
    herald.pool('c', { addresses: ['2001:db8::/126'] });
    await herald.pass(5_000);
    assert.deepEqual(herald.events.take(), [
      'Warning AllocationFailed shop/web: pool c: there is no such pool',
      deprecated,
      'Warning AllocationFailed shop/web: pool c: has no IPv4 addresses',
    ]);
  });

  test('asks for another address is told what was cleared, and what it has instead', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    herald.service({ key: 'shop/web' });
    await herald.pass();
    herald.events.take();
    herald.service({ key: 'shop/web', annotations: byAddress('10.0.0.1') });
    await herald.pass();
    assert.deepEqual(herald.events.take(), [
      'Normal ClearAssignment shop/web: Cleared 10.0.0.0 (another address or pool was requested)',
      'Normal IPAllocated shop/web: Assigned 10.0.0.1 from pool a',
    ]);
  });

  test('was told why an address was cleared is not told so again where somebody writes that address back', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    herald.service({ key: 'shop/web' });
    await herald.pass();
    herald.service({ key: 'shop/web', annotations: byAddress('10.0.0.1') });
    await herald.pass();
    herald.events.take();
    herald.service({ key: 'shop/web', annotations: byAddress('10.0.0.1'), status: ['10.0.0.0'] });
    await herald.pass();
    assert.deepEqual(herald.events.take(), [
      'Normal ClearAssignment shop/web: Cleared 10.0.0.0 (it was not assigned to this Service)',
      'Normal IPAllocated shop/web: Assigned 10.0.0.1 from pool a',
    ]);
  });

  test('lacks its second family is told of the address, and its condition says why there is no other', async () => {
    await herald.start();
    herald.service({ key: 'shop/web', spec: { ...dualStack, ipFamilyPolicy: 'PreferDualStack' } });
    await herald.pass();
    assert.deepEqual(herald.events.take(), [given]);
    assert.equal(
      herald.condition('shop/web'),
      'True IPAllocated: Assigned 10.0.0.0 from pool a; no other family: pool a: has no IPv6 addresses',
    );
  });
});

test('a status from before ipMode is not written again', async () => {
  await herald.start();
  herald.service({ key: 'shop/web' });
  await herald.pass();
  await herald.stop();
  const writes = herald.serviceWrites;
  herald.withoutIpMode('shop/web');
  await herald.start();
  await herald.pass();
  assert.equal(herald.serviceWrites, writes);
  assert.deepEqual(herald.addresses('shop/web'), ['10.0.0.0']);
});
