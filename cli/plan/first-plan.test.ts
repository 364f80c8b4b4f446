import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClusterOf, clusterOf, serviceObject } from '../../test/support/cluster-objects.ts';
import { readManifests } from './manifests.ts';
import { planReport } from './plan-report.ts';

/** Before Herald is installed: Services have what MetalLB gave them, which did not always say from which pool. */
const cluster: ClusterOf = {
  pools: [],
  advertisements: [],
  leases: [],
  services: [
    serviceObject({ name: 'web', ips: ['10.0.0.9'], pool: '' }),
    serviceObject({ name: 'api', ips: ['10.0.0.8'], pool: 'default' }),
    serviceObject({ name: 'old', ips: ['9.9.9.9'], pool: '' }),
    serviceObject({ name: 'new' }),
  ],
};

function planned(yaml: string): readonly string[] {
  const read = readManifests([{ name: 'file', text: yaml }], { namespace: 'herald-system', configMapName: 'config' });
  assert.ok(read.ok, read.ok ? '' : read.why);
  const { services, owners } = planReport({ cluster: clusterOf(cluster), manifests: read.manifests, verb: 'apply' });
  assert.deepEqual(owners, [], 'no speaker runs yet');
  return services.map(({ service, change, to }) => `${service} ${change} ${to.map(({ address }) => address).join()}`);
}

test('the first pools leave Services the addresses that they have, wherever those are in one of them', () => {
  const yaml = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [10.0.0.0/24] }
`;
  assert.deepEqual(planned(yaml), [
    'shop/api keeps 10.0.0.8',
    'shop/new gains 10.0.0.0',
    'shop/old moves 10.0.0.1',
    'shop/web keeps 10.0.0.9',
  ]);
});

test('while there is no configuration, what Services have stays with them', () => {
  const yaml = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n';
  assert.deepEqual(planned(yaml), [
    'shop/api keeps 10.0.0.8',
    'shop/new waits ',
    'shop/old keeps 9.9.9.9',
    'shop/web keeps 10.0.0.9',
  ]);
});
