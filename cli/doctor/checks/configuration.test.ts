import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configurationStateResource } from '../../../shared/api/configuration-state.ts';
import {
  advertisementObject,
  type ClusterOf,
  clusterOf,
  type ServiceOf,
  serviceObject,
} from '../../../test/support/cluster-objects.ts';
import { controllerLease, findingsOf, soundFacts, writtenLeases } from '../../../test/support/doctor-facts.ts';

const ofPeer = 'BGPPeer herald-system/tor: spec.passwordSecret: there is no Secret "tor"';

function find(errorSummary: string, leaseAgoMs = 0): readonly string[] {
  const state = { metadata: { name: 'controller', namespace: 'herald-system' }, status: { errorSummary } };
  const cluster = { ...clusterOf({}), configurationStates: [configurationStateResource.parse(state)] };
  const { leases, ...facts } = soundFacts();
  const others = leases.filter(({ meta }) => meta.name !== 'herald-controller');
  return findingsOf(cluster, { ...facts, leases: [...writtenLeases([controllerLease(leaseAgoMs)]), ...others] });
}

describe('without any pool', () => {
  const without = (fields: ServiceOf, advertisements: ClusterOf['advertisements'] = []) =>
    findingsOf(clusterOf({ services: [serviceObject(fields)], pools: [], advertisements }), soundFacts()).filter(
      (line) => line.includes('there is no pool'),
    );
  const said = 'warn configuration: there is no pool: no Service can get an address';
  test('that is said', () => assert.deepEqual(without({}), [said]));
  const kept = `${said}; 1 Service keeps what others gave until there is one`;
  const ips = ['10.0.0.9'];
  test('what Services have of others is left alone', () => {
    assert.deepEqual(without({ ips }), [kept]);
    assert.deepEqual(without({ ips }, [advertisementObject('all')]), [kept]);
  });
  test('what Herald gave while there was an advertisement is given back', () => {
    const time = { lastTransitionTime: '2026-01-01T00:00:00Z' };
    const conditions = [{ type: 'herald/Allocated', status: 'True', reason: 'IPAllocated', ...time }];
    assert.deepEqual(without({ ips, conditions }, [advertisementObject('all')]), [said]);
  });
});

describe('what the controller says of kinds that doctor does not read', () => {
  test('is told as well', () => assert.deepEqual(find(ofPeer), [`warn configuration: ${ofPeer}`]));
  test('is not told where it may be long ago', () => {
    assert.ok(!find(ofPeer, 60_000).some((line) => line.includes('BGPPeer')));
  });
  test('is left out where doctor finds it itself', () => {
    assert.deepEqual(find('IPAddressPool herald-system/lan: spec.addresses[0]: is mended by now'), []);
  });
});
