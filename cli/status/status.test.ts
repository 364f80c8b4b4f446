import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ClusterOf,
  clusterOf,
  l2StatusOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { decideCluster } from '../decisions/decided.ts';
import { colourStyle, plainStyle, visibleText } from '../output/style.ts';
import { statusReport } from './status-report.ts';
import { statusText } from './status-text.ts';

function told(objects: ClusterOf, style = plainStyle): readonly string[] {
  const cluster = clusterOf(objects);
  return statusText(statusReport(decideCluster(cluster)), { style, nowMs: cluster.nowMs });
}

const full: ClusterOf = {
  services: [
    serviceObject({ ips: ['192.168.1.240'] }),
    serviceObject({ name: 'api' }),
    serviceObject({ name: 'cart', ips: ['10.0.0.1'], pool: 'dmz' }),
  ],
  endpoints: { web: ['node-a'] },
  pools: [
    poolObject('lan', { addresses: ['192.168.1.240/32', '2001:db8::/64'] }),
    poolObject('dmz', { addresses: ['10.0.0.0/24'], autoAssign: false }),
    poolObject('wrong', { addresses: ['lan'] }),
  ],
  nodes: [
    aNode('node-a'),
    aNode('node-b', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
    aNode('node-c'),
    aNode('node-d'),
    aNode('node-e'),
  ],
  leases: [
    leaseObject('node-a'),
    leaseObject('node-b', { agoMs: 30_000 }),
    leaseObject('node-c', { released: true }),
    leaseObject('node-d', { facts: { interfaces: [{ name: 'eth0', carrier: false, onlyIfNamed: false }] } }),
  ],
  l2Statuses: [l2StatusOf('web', 'node-a')],
};

test('all that there is to see is told', () => {
  assert.deepEqual(told(full), [
    'Herald in herald-system: 1 of 3 Services served, 2 of 5 nodes live',
    'Pools',
    '  dmz    █░░░░░░░░░░░░░░░░░░░  1 of 256 IPv4   on request',
    '  lan    ████████████████████  1 of 1 IPv4',
    '         ░░░░░░░░░░░░░░░░░░░░  0 of 2^64 IPv6',
    '  wrong                                        set aside: its configuration can not be used',
    'Services',
    '  shop/api   -              -       pool dmz: only given on request (autoAssign is off); pool lan: exhausted (1 of 1 in use); pool wrong: set aside, its configuration can not be used ("kubectl describe ipaddresspool" says why)',
    '  shop/cart  10.0.0.1       -       no node may announce 10.0.0.1: noEndpoints (no endpoint of the Service is ready anywhere)',
    '  shop/web   192.168.1.240  node-a  eth0 for 3 h',
    'Nodes',
    '  node-a  live                          announces 1  eth0',
    '  node-b  live, but renews no Lease     announces 0  eth0               nodeExcluded',
    '  node-c  gone: its Lease was released  announces 0  eth0',
    '  node-d  live                          announces 0  eth0 (no carrier)  noCarrier',
    '  node-e  no speaker                    announces 0',
    'Finding: IPAddressPool herald-system/wrong: spec.addresses[0]: "lan" is not an IP address; write a CIDR (192.0.2.0/24), a range (192.0.2.5-192.0.2.9) or one address',
  ]);
});

test('where there is nothing, that is told', () => {
  assert.deepEqual(told({ pools: [], nodes: [], leases: [] }), [
    'Herald in herald-system: 0 of 0 Services served, 0 of 0 nodes live',
    'Pools',
    '  none',
    'Services',
    '  none',
    'Nodes',
    '  none',
  ]);
});

test('colours change nothing about the text', () => {
  assert.deepEqual(told(full, colourStyle).map(visibleText), told(full));
});
