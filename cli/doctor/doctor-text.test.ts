import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  advertisementObject,
  clusterOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import { soundFacts } from '../../test/support/doctor-facts.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { abc } from '../../test/support/plan-world.ts';
import { colourStyle, plainStyle } from '../output/style.ts';
import { doctorReport } from './doctor-report.ts';
import { doctorText } from './doctor-text.ts';
import { examine } from './examination.ts';

describe('the text of doctor', () => {
  test('of a healthy cluster is one line', () => {
    const report = doctorReport(examine(clusterOf({}), soundFacts()));
    assert.deepEqual(doctorText(report, plainStyle), ['all 19 checks passed: 3 nodes, 0 Services']);
    assert.deepEqual(report.summary, { pass: 19, warn: 0, fail: 0, unknown: 0, nodes: 3, services: 0 });
  });

  test('tells the worst first, each with its remedy, in columns', () => {
    const pools = [poolObject('lan', { addresses: ['192.168.1.240'] })];
    const leases = [...abc.map((node) => leaseObject(node)), leaseObject('node-d', { released: true })];
    const nodes = [...abc, 'node-d'].map((name) => aNode(name));
    const services = [serviceObject({ ips: ['192.168.1.240'] })];
    const advertisements = [advertisementObject('all', { interfaces: ['eth9'] })];
    const lines = doctorText(
      doctorReport(examine(clusterOf({ pools, leases, nodes, services, advertisements }), soundFacts())),
      plainStyle,
    );
    assert.deepEqual(lines, [
      'fail  speakers     no speaker lives on node-d: none of the addresses can be announced from there',
      '                   → look at its Pod (kubectl -n herald-system get pods -o wide -l app.kubernetes.io/component=speaker) and at its Lease speaker-node-d',
      'fail  unannounced  shop/web: no node may announce the address of pool lan: noInterface',
      '                   → the node has no usable interface, or none of those that the L2Advertisement names; compare them with "ip link" there (kubectl herald explain web -n shop)',
      'warn  pools        pool lan: 1 of 1 IPv4 addresses are in use',
      '                   → add addresses to the pool, or another pool that serves the same Services',
      '19 checks: 16 passed, 2 failed, 1 with a warning: 4 nodes, 1 Service',
    ]);
  });

  test('names the checks that could not be made, in one line', () => {
    const facts = soundFacts();
    const customResources = facts.customResources.filter(({ meta }) => meta.name !== 'ipaddresspools.metallb.io');
    const unreadable = [{ resource: 'ipaddresspools', why: 'the API server does not know this kind' }];
    const report = doctorReport(examine(clusterOf({ pools: [], unreadable }), { ...facts, customResources }));
    const lines = doctorText(report, plainStyle);
    assert.deepEqual(lines.slice(-2), [
      '?     configuration     cannot check configuration, foreign-objects, pools, pool-addresses, external-ips, pending-services, unannounced: the API server does not know this kind',
      '19 checks: 11 passed, 1 failed, 7 not made: 3 nodes, 0 Services',
    ]);
  });

  test('sets off with colours how bad it is', () => {
    const report = doctorReport(examine(clusterOf({}), soundFacts()));
    assert.ok(doctorText(report, colourStyle)[0]?.startsWith('\u001b[32mall 19 checks passed'));
  });
});
