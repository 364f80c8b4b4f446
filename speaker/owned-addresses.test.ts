import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aService } from '../test/support/plan-inputs.ts';
import { OwnedAddresses } from './owned-addresses.ts';
import type { ServicePlan } from './plan.ts';

function plan(name: string, ...ips: readonly string[]): ServicePlan {
  return { service: aService({ name, ips }), ips, electedBy: ips[0] ?? '', groups: [], unannounced: [] };
}

test('an owned address that passes from one Service to another is the new one’s', () => {
  const owned = new OwnedAddresses();
  owned.take('10.0.0.1', 5_000);
  assert.deepEqual(owned.of([plan('old', '10.0.0.1', '10.0.0.2')]), [{ service: 'shop/old', ip: '10.0.0.1' }]);
  assert.deepEqual(owned.of([plan('new', '10.0.0.1')]), [{ service: 'shop/new', ip: '10.0.0.1' }]);
  owned.giveUp('10.0.0.1');
  assert.deepEqual(owned.of([plan('new', '10.0.0.1')]), []);
});

test('an address that two Services share is told for both', () => {
  const owned = new OwnedAddresses();
  owned.take('10.0.0.1', 5_000);
  assert.deepEqual(owned.of([plan('one', '10.0.0.1'), plan('two', '10.0.0.1')]), [
    { service: 'shop/one', ip: '10.0.0.1' },
    { service: 'shop/two', ip: '10.0.0.1' },
  ]);
});
