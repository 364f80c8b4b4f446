import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { readObject } from '../shared/api/json.ts';
import { serviceResource } from '../shared/api/service.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';
import { dualStack } from '../test/support/service-manifest.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

const layer2 = (range: string) => `address-pools: [{name: default, protocol: layer2, addresses: ["${range}"]}]`;

describe('a Service gets its address', () => {
  test('from the ConfigMap of v0.12: the first of its range, with ipMode, annotation, condition and one event', async () => {
    herald.configMap(layer2('192.168.10.90-192.168.10.100'));
    await herald.start();
    herald.service({ spec: { ports: [{ protocol: 'TCP', port: 8090 }] } });
    await herald.pass();
    const service = herald.stored('default/web');
    assert.deepEqual(service.ingress, [{ ip: '192.168.10.90', hostname: undefined, ipMode: 'VIP' }]);
    assert.equal(service.meta.annotations['metallb.io/ip-allocated-from-pool'], 'default');
    assert.equal(herald.condition('default/web'), 'True IPAllocated: Assigned 192.168.10.90 from pool default');
    assert.deepEqual(herald.events.take(), [
      'Normal IPAllocated default/web: Assigned 192.168.10.90 from pool default',
    ]);
    assert.equal(herald.serviceWrites, 1);
  });

  test('of both families, in the order of ipFamilies, each pool named', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    herald.pool('b', { addresses: ['2001:db8::/127'] });
    await herald.start();
    herald.service({
      spec: { ...dualStack, ipFamilies: ['IPv6', 'IPv4'], ipFamilyPolicy: 'RequireDualStack' },
      annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.1,2001:db8::1' },
    });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['2001:db8::1', '10.0.0.1']);
    assert.equal(herald.stored('default/web').meta.annotations['metallb.io/ip-allocated-from-pool'], 'b,a');
  });

  test('and the pool says how many are in use', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30', '2001:db8::/64'] });
    await herald.start();
    herald.service();
    await herald.pass();
    const stored = herald.api.stored(ipAddressPoolResource, { namespace, name: 'a' });
    assert.deepEqual(readObject(stored ?? {}, 'status'), {
      assignedIPv4: 1,
      assignedIPv6: 0,
      availableIPv4: 3,
      availableIPv6: 9007199254740991,
    });
    const metrics = await herald.registry.metrics();
    assert.match(metrics, /herald_pool_addresses_in_use\{pool="a",family="IPv4"\} 1/);
    assert.match(metrics, /herald_allocation_seconds_count 1/);
  });

  test('unless it has a class: then it is left alone', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.service({ spec: { loadBalancerClass: 'example.com/other' }, status: ['9.9.9.9'] });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['9.9.9.9']);
    assert.equal(herald.serviceWrites, 0);
  });

  test('with --lb-class only those of the class', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start('example.com/herald');
    herald.service({ key: 'default/plain' });
    herald.service({ key: 'default/classy', spec: { loadBalancerClass: 'example.com/herald' } });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/plain'), []);
    assert.deepEqual(herald.addresses('default/classy'), ['10.0.0.0']);
  });
});

describe('nothing is lost', () => {
  test('five restarts with two addresses and four Services: the two owners keep theirs, and nothing is told twice', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    for (const key of ['default/d', 'default/c', 'default/b', 'default/a']) {
      herald.service({ key });
      await herald.pass();
    }
    const told = herald.events.take();
    assert.equal(told.length, 4);
    const writes = herald.serviceWrites;
    for (let restart = 0; restart < 5; restart += 1) {
      await herald.stop();
      await herald.start();
      await herald.pass();
    }
    assert.deepEqual(herald.addresses('default/d'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/c'), ['10.0.0.1']);
    assert.deepEqual(herald.addresses('default/b'), []);
    assert.equal(herald.condition('default/b'), 'False AllocationFailed: pool a: exhausted (2 of 2 in use)');
    assert.deepEqual(herald.events.take(), []);
    assert.equal(herald.serviceWrites, writes);
  });

  test('a Service created while the controller was down does not get an address that an older one holds', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    herald.service({ key: 'default/a-new', createdAt: '2026-01-02T00:00:00Z' });
    herald.service({ key: 'default/old', status: ['10.0.0.0'] });
    await herald.start();
    await herald.pass();
    assert.deepEqual(herald.addresses('default/old'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/a-new'), ['10.0.0.1']);
  });

  test('of two Services that say they have one address the older keeps it', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    herald.service({ key: 'default/younger', createdAt: '2026-01-02T00:00:00Z', status: ['10.0.0.0'] });
    herald.service({ key: 'default/older', createdAt: '2026-01-01T00:00:00Z', status: ['10.0.0.0'] });
    await herald.start();
    await herald.pass();
    assert.deepEqual(herald.addresses('default/older'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/younger'), ['10.0.0.1']);
  });

  test('a configuration that can not be read at start leaves everything as it is', async () => {
    herald.configMap('address-pools: [{name: default, nonsense: true}]');
    herald.service({ status: ['10.0.0.0'] });
    herald.service({ key: 'default/second' });
    await herald.start();
    await herald.pass(60_000);
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.equal(herald.serviceWrites, 0);
    assert.match(await herald.registry.metrics(), /herald_config_stale 1/);

    herald.configMap(layer2('10.0.0.0-10.0.0.9'));
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/second'), ['10.0.0.1']);
  });

  test('a configuration that becomes unreadable leaves the last good one in force', async () => {
    herald.configMap(layer2('10.0.0.0-10.0.0.9'));
    await herald.start();
    herald.service();
    await herald.pass();
    herald.configMap('address-pools: 7');
    await herald.pass();
    herald.service({ key: 'default/second' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/second'), ['10.0.0.1']);
  });

  test('a pool that becomes unreadable is set aside with what it gave; the others go on', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.pool('b', { addresses: ['10.0.1.0/31'] });
    herald.pool('a', { addresses: ['10.0.0.0/99'] });
    await herald.pass();
    herald.service({ key: 'default/second' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/second'), ['10.0.1.0']);
    await herald.stop();
    await herald.start();
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
  });
});

describe('an address is given back', () => {
  test('when the Service is deleted: the longest-waiting one gets it at once', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    for (const key of ['default/first', 'default/z-second', 'default/a-third']) {
      herald.service({ key });
      await herald.pass();
    }
    herald.deleteService('default/first');
    await herald.pass();
    assert.deepEqual(herald.addresses('default/z-second'), ['10.0.0.0']);
    assert.deepEqual(herald.addresses('default/a-third'), []);
  });

  test('when the Service becomes a NodePort: status, annotation and condition are cleared', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service();
    herald.service({ key: 'default/other' });
    await herald.pass();
    herald.events.take();
    const { annotations } = herald.stored('default/web').meta;
    herald.service({ annotations, spec: { type: 'NodePort' } });
    await herald.pass();
    const service = herald.stored('default/web');
    assert.deepEqual(service.ingress, []);
    assert.deepEqual(service.conditions, []);
    assert.deepEqual(service.meta.annotations, {});
    assert.deepEqual(herald.addresses('default/other'), ['10.0.0.0']);
    assert.deepEqual(herald.events.take(), [
      'Normal ClearAssignment default/web: Cleared 10.0.0.0 (the Service is no longer served)',
      'Normal IPAllocated default/other: Assigned 10.0.0.0 from pool a',
    ]);
  });

  test('when the Service becomes a ClusterIP before its address is written', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service({ key: 'default/plain', spec: { type: 'ClusterIP' } });
    herald.api.latencyMs = 50;
    herald.service();
    await herald.pass(10);
    herald.service({ spec: { type: 'ClusterIP' } });
    herald.service({ key: 'default/other' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), []);
    assert.deepEqual(herald.addresses('default/other'), ['10.0.0.0']);
  });

  test('when it became a ClusterIP while the controller was down', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service();
    await herald.pass();
    await herald.stop();
    const { annotations } = herald.stored('default/web').meta;
    herald.service({ annotations, spec: { type: 'ClusterIP' }, status: [] });
    await herald.start();
    await herald.pass();
    assert.deepEqual(herald.stored('default/web').meta.annotations, {});
  });

  test('when it was deleted while the controller was down, and a finalizer keeps the object', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service();
    await herald.pass();
    await herald.stop();
    const stored = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
    const deletion = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/slow'] };
    herald.api.put(serviceResource, { ...stored, metadata: { ...readObject(stored, 'metadata'), ...deletion } });
    await herald.start();
    herald.service({ key: 'default/other' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), []);
    assert.equal(herald.condition('default/web'), undefined);
    assert.deepEqual(herald.addresses('default/other'), ['10.0.0.0']);
  });

  test('when another class is set: what another controller writes meanwhile stays', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.service({ spec: { loadBalancerClass: 'example.com/other' }, status: ['9.9.9.9'] });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['9.9.9.9']);
    assert.equal(herald.condition('default/web'), undefined);
  });

  test('when the pool is gone', async () => {
    herald.pool('a', { addresses: ['10.0.0.0'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.events.take();
    herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), []);
    assert.equal(herald.stored('default/web').meta.annotations['metallb.io/ip-allocated-from-pool'], undefined);
    assert.deepEqual(herald.events.take(), [
      'Normal ClearAssignment default/web: Cleared 10.0.0.0 (no pool has it)',
      'Warning AllocationFailed default/web: no pool is configured',
    ]);
  });

  test('when its pool is renamed the address stays and the annotation follows', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/31'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
    herald.pool('b', { addresses: ['10.0.0.0/30'] });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.equal(herald.stored('default/web').meta.annotations['metallb.io/ip-allocated-from-pool'], 'b');
  });
});

describe('writes that fail', () => {
  const errors = [
    { given: 'a conflict', error: new ApiError('Conflict', 'changed', { status: 409 }) },
    { given: 'a server error', error: new ApiError('ServerError', 'oops', { status: 500 }) },
    { given: 'too many requests', error: new ApiError('TooManyRequests', 'slow', { status: 429, retryAfterMs: 2000 }) },
    { given: 'no answer', error: new ApiError('Unreachable', 'timeout', {}) },
  ];
  for (const { given, error } of errors) {
    for (const afterwards of [false, true]) {
      test(`${given}${afterwards ? ' though it was done' : ''}: every Service has its address, each told once`, async () => {
        herald.pool('a', { addresses: ['10.0.0.0/29'] });
        await herald.start();
        herald.api.fail('patch', error, { plural: 'services', times: 3, afterwards });
        for (const name of ['a', 'b', 'c', 'd', 'e']) herald.service({ key: `default/${name}` });
        await herald.pass(20_000);
        const addresses = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => herald.addresses(`default/${name}`));
        assert.deepEqual(addresses, ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
        assert.equal(herald.events.take().length, 5);
      });
    }
  }

  test('a write that a lost lease refuses tells nothing, though another leader then writes the same', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/29'] });
    await herald.start();
    const error = new ApiError('NotLeading', 'the lease is lost', {});
    herald.api.fail('patch', error, { plural: 'services', afterwards: true });
    herald.service();
    await herald.pass(20_000);
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.deepEqual(herald.events.take(), []);
  });

  test('a conflict while the watch is behind tells nothing twice', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/29'] });
    await herald.start();
    herald.api.latencyMs = 10;
    herald.service();
    await herald.pass(5);
    herald.api.fail('list', new ApiError('Unreachable', 'away', {}), { plural: 'services', times: 10 });
    herald.api.fail('watch', new ApiError('Unreachable', 'away', {}), { plural: 'services', times: 10 });
    herald.api.breakWatches(new ApiError('Unreachable', 'away', {}));
    await herald.pass(20);
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    // Renamed: the annotation must follow, while the cache does not know yet of the address.
    herald.pool('b', { addresses: ['10.0.0.0/29'] });
    herald.api.remove(ipAddressPoolResource, { namespace, name: 'a' });
    herald.api.fail('patch', new ApiError('Conflict', 'changed', { status: 409 }), { plural: 'services' });
    await herald.pass(20_000);
    assert.equal(herald.stored('default/web').meta.annotations['metallb.io/ip-allocated-from-pool'], 'b');
    assert.deepEqual(herald.events.take(), ['Normal IPAllocated default/web: Assigned 10.0.0.0 from pool a']);
    assert.equal(herald.serviceWrites, 3);
  });

  test('what the server does not take of a write is written again, while the watch is away', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/29'] });
    await herald.start();
    const patch = herald.api.patch.bind(herald.api);
    herald.api.patch = (type, name, change, options) => {
      herald.api.patch = patch;
      assert.ok(change.type === 'merge');
      const { status } = change.body;
      return patch(type, name, { type: 'merge', body: { status } }, options);
    };
    herald.api.latencyMs = 10;
    herald.service();
    await herald.pass(5);
    const away = new ApiError('Unreachable', 'away', {});
    for (const method of ['list', 'watch'] as const) herald.api.fail(method, away, { plural: 'services', times: 10 });
    herald.api.breakWatches(away);
    await herald.pass(100);
    assert.equal(herald.stored('default/web').meta.annotations['metallb.io/ip-allocated-from-pool'], 'a');
    assert.equal(herald.serviceWrites, 2);
  });

  test('a Service that vanishes under the write does not cost another its turn', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.api.fail('patch', new ApiError('NotFound', 'gone', { status: 404 }), { plural: 'services' });
    herald.service({ key: 'default/gone' });
    herald.service({ key: 'default/here' });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/here'), ['10.0.0.1']);
  });
});

describe('the object says what was decided', () => {
  test('a hand-edited status is put right', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.events.take();
    const before = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
    const status = { ...readObject(before, 'status'), loadBalancer: { ingress: [{ ip: '10.0.0.3' }] } };
    herald.api.put(serviceResource, { ...before, status });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    assert.deepEqual(herald.events.take(), [
      'Normal ClearAssignment default/web: Cleared 10.0.0.3 (it was not assigned to this Service)',
      'Normal IPAllocated default/web: Assigned 10.0.0.0 from pool a',
    ]);
  });

  test('who undoes every write does not draw us into a race', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.service();
    await herald.pass(0);
    for (let round = 0; round < 100; round += 1) {
      const before = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
      herald.api.put(serviceResource, { ...before, status: { loadBalancer: { ingress: [{ ip: '9.9.9.9' }] } } });
      await herald.pass(10);
    }
    assert.equal(herald.serviceWrites, 10);
    await herald.pass(4_000);
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
  });

  test("others' conditions stay", async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.service();
    await herald.pass();
    const before = herald.api.stored(serviceResource, { namespace: 'default', name: 'web' }) ?? {};
    const other = { type: 'herald/Announced', status: 'True', reason: 'owner', message: 'on node-a' };
    herald.api.put(serviceResource, { ...before, status: { conditions: [other] } });
    await herald.pass();
    assert.equal(herald.condition('default/web', 'herald/Announced'), 'True owner: on node-a');
    assert.equal(herald.condition('default/web'), 'True IPAllocated: Assigned 10.0.0.0 from pool a');
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
  });

  test('where no speaker lives, the controller says that nothing is announced', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    herald.speakerLease('node-a');
    await herald.start();
    herald.service();
    await herald.pass(28_000);
    herald.speakerLease('node-b');
    await herald.pass(20_000);
    assert.equal(herald.condition('default/web', 'herald/Announced'), undefined);
    await herald.pass(20_000);
    assert.equal(
      herald.condition('default/web', 'herald/Announced'),
      'False speakerNotAlive: no speaker with a valid Lease runs on any node; see the Pods of the speaker DaemonSet',
    );
    assert.deepEqual(herald.events.take(), [
      'Normal IPAllocated default/web: Assigned 10.0.0.0 from pool a',
      'Warning NotAnnounced default/web: no speaker with a valid Lease runs on any node; see the Pods of the speaker DaemonSet',
    ]);
  });

  test('an address that can not be had is told once, with the reason, and the present one stays', async () => {
    herald.pool('a', { addresses: ['10.0.0.0/30'] });
    await herald.start();
    herald.service();
    await herald.pass();
    herald.events.take();
    const { annotations } = herald.stored('default/web').meta;
    herald.service({ annotations: { ...annotations, 'metallb.io/loadBalancerIPs': '10.9.9.9' } });
    await herald.pass();
    assert.deepEqual(herald.addresses('default/web'), ['10.0.0.0']);
    const why = 'keeps 10.0.0.0 from pool a; 10.9.9.9: no pool has it';
    assert.equal(herald.condition('default/web'), `True AllocationFailed: ${why}`);
    assert.deepEqual(herald.events.take(), [`Warning AllocationFailed default/web: ${why}`]);
  });
});
