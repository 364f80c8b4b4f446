import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(async () => {
  herald = new ControllerFixture();
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
});
afterEach(() => herald.stop());

async function value(metric: string): Promise<string | undefined> {
  const line = (await herald.registry.metrics()).split('\n').find((each) => each.startsWith(`${metric} `));
  return line?.slice(metric.length + 1);
}

test('a request that can not be fulfilled counts once, also across a restart', async () => {
  const failures = 'herald_allocation_failures_total{reason="AllocationFailed"}';
  herald.service({ key: 'default/web', annotations: { 'metallb.io/address-pool': 'gone' } });
  await herald.pass();
  assert.equal(await value(failures), '1');
  await herald.stop();
  await herald.start();
  await herald.pass(10_000);
  assert.equal(await value(failures), '1');
  assert.equal(await value('herald_allocations_total'), '0');
});

test('an address counts with the time from the Service to its write', async () => {
  herald.api.latencyMs = 100;
  herald.service({ key: 'default/web' });
  await herald.pass(5_000);
  assert.equal(await value('herald_allocations_total'), '1');
  // One way for the news, and both ways for the write; the Service is seen after the first.
  assert.equal(await value('herald_allocation_seconds_sum'), '0.2');
});

test('an address counts also where the answer to its write is lost', async () => {
  const cut = new ApiError('Unreachable', 'cut', {});
  herald.api.fail('patch', cut, { plural: 'services', times: 1, afterwards: true });
  herald.service({ key: 'default/web' });
  await herald.pass(10_000);
  assert.equal(herald.serviceWrites, 1);
  assert.equal(await value('herald_allocations_total'), '1');
});

test('a Service that is older than the controller counts from its creation', async () => {
  await herald.stop();
  const createdAt = new Date(herald.clock.wallMs() - 60_000).toISOString();
  herald.service({ key: 'default/web', createdAt });
  await herald.start();
  await herald.pass();
  assert.equal(await value('herald_allocations_total'), '1');
  const seconds = Number(await value('herald_allocation_seconds_sum'));
  assert.ok(seconds >= 60 && seconds <= 62, `${seconds} s`);
});

test('a write that fails, or meets another, counts as one that is tried again', async () => {
  herald.api.fail('patch', new ApiError('ServerError', 'broken', { status: 500 }), { plural: 'services', times: 1 });
  herald.api.fail('patch', new ApiError('Conflict', 'changed', { status: 409 }), { plural: 'services', times: 1 });
  herald.service({ key: 'default/web' });
  await herald.pass(10_000);
  const writes = (result: string) => value(`herald_api_writes_total{resource="services",result="${result}"}`);
  assert.deepEqual([await writes('failed'), await writes('conflict'), await writes('ok')], ['1', '1', '1']);
  assert.equal(await value('herald_api_write_retries_total{resource="services"}'), '2');
});
