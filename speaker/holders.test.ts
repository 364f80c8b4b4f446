import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceL2StatusResource } from '../shared/api/service-l2-status.ts';
import { aConfig, anAdvertisement, aPool, aService, aSlice } from '../test/support/plan-inputs.ts';
import { planOf } from '../test/support/plan-world.ts';
import { holdersOf } from './holders.ts';

function report(name: string, node: string) {
  const labels = { 'metallb.io/service-name': name, 'metallb.io/service-namespace': 'shop' };
  return serviceL2StatusResource.parse({ metadata: { name: `l2-${name}`, labels }, status: { node } });
}

/** The holder of each group, by its first address. */
function holders(plan: ReturnType<typeof planOf>, reports: readonly ReturnType<typeof report>[]) {
  const holderOf = holdersOf(plan, reports);
  return plan.groups.map((group) => `${group.ips[0]} ${holderOf(group)}`);
}

test('a group is held by the node that the report of its Service names', () => {
  const plan = planOf({ services: [aService({ ips: ['10.0.0.1', '2001:db8::1'] })] });
  assert.deepEqual(holders(plan, [report('web', 'node-c')]), ['10.0.0.1 node-c']);
  assert.deepEqual(holders(plan, [report('other', 'node-c')]), ['10.0.0.1 undefined']);
  assert.deepEqual(holders(plan, [report('web', '')]), ['10.0.0.1 undefined']);
});

test('where Services share an address any of their reports will do', () => {
  const services = [aService({ name: 'one' }), aService({ name: 'two' })];
  const plan = planOf({ services, slices: [aSlice('one', ['node-a']), aSlice('two', ['node-a'])] });
  assert.deepEqual(holders(plan, [report('two', 'node-c')]), ['10.0.0.1 node-c']);
});

test('the report of a Service that is torn apart tells about its first group alone', () => {
  const selecting = (node: string) => ({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': node } }] });
  const config = aConfig(
    [
      anAdvertisement('v4', { ...selecting('node-a'), ipAddressPools: ['v4'] }),
      anAdvertisement('v6', { ...selecting('node-b'), ipAddressPools: ['v6'] }),
    ],
    [aPool('v4', ['10.0.0.0/24']), aPool('v6', ['2001:db8::/120'])],
  );
  const plan = planOf({ services: [aService({ ips: ['10.0.0.1', '2001:db8::1'] })], config });
  assert.deepEqual(holders(plan, [report('web', 'node-a')]), ['10.0.0.1 node-a', '2001:db8::1 undefined']);
});
