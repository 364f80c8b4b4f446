import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceL2StatusResource } from '../shared/api/service-l2-status.ts';
import { aConfig, anAdvertisement, aPool, aService, aSlice } from '../test/support/plan-inputs.ts';
import { planOf } from '../test/support/plan-world.ts';
import { toBeChecked } from './first-announcements.ts';

/** Of 10.0.0.0/24, with conflictCheck, and 10.0.1.0/24, without. */
const config = aConfig(
  [anAdvertisement('all')],
  [{ ...aPool('checked', ['10.0.0.0/24']), conflictCheck: true }, aPool('free', ['10.0.1.0/24'])],
);
const services = [aService({ name: 'web', ips: ['10.0.0.1'] }), aService({ name: 'shop', ips: ['10.0.1.1'] })];
const plan = planOf({ services, config, slices: [aSlice('web', ['node-a']), aSlice('shop', ['node-a'])] });

function report(node: string, addresses: string | undefined) {
  const labels = { 'metallb.io/service-name': 'web', 'metallb.io/service-namespace': 'shop' };
  const annotations = addresses === undefined ? {} : { 'herald/addresses': addresses };
  return serviceL2StatusResource.parse({ metadata: { name: 'l2-web', labels, annotations }, status: { node } });
}

describe('an address is to be probed for', () => {
  const rows = [
    { name: 'where its pool asks for that', reports: [], checked: true },
    { name: 'not where a node announces it', reports: [report('node-a', '10.0.0.1')], checked: false },
    {
      name: 'not where a node announces it among others',
      reports: [report('node-a', '10.0.0.7,10.0.0.1')],
      checked: false,
    },
    {
      name: 'where what its Service had announced is another one',
      reports: [report('node-a', '10.0.0.7')],
      checked: true,
    },
    { name: 'not where the report is too old to tell which', reports: [report('node-a', undefined)], checked: false },
    { name: 'where the report names no node', reports: [report('', '10.0.0.1')], checked: true },
  ];
  for (const { name, reports, checked } of rows) {
    test(name, () => {
      const isToBeChecked = toBeChecked(config, plan, reports);
      assert.equal(isToBeChecked('10.0.0.1'), checked);
      assert.equal(isToBeChecked('10.0.1.1'), false);
    });
  }

  test('nowhere without a configuration', () => assert.equal(toBeChecked(undefined, plan, [])('10.0.0.1'), false));
});
