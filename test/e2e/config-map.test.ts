import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObject, readObjects } from '../../shared/api/json.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { warningsOn } from './complaints.ts';
import { waitForOwner } from './lan-view.ts';

function configMap(pools: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: herald-system }
data:
  config: |
    address-pools:
${pools.replace(/^/gm, '    ')}
`;
}

const original = `- name: default
  protocol: layer2
  addresses:
  - 192.168.10.90-192.168.10.100`;

const service = `
apiVersion: v1
kind: Service
metadata: { name: hello, namespace: default }
spec:
  type: LoadBalancer
  selector: { app: web }
  ports: [{ port: 8090, targetPort: 8080 }]
`;

await clusterSuite(import.meta.filename, { name: 'the ConfigMap of v0.12' }, (cluster) => {
  test('its first address is 192.168.10.90, and a client fetches the page on port 8090', async () => {
    await applyManifests(cluster(), configMap(original));
    await applyManifests(cluster(), service);
    assert.deepEqual(await waitForAddresses(cluster().api, 'hello'), ['192.168.10.90']);
    await waitForOwner(cluster(), '192.168.10.90', { port: 8090 });
    assert.match((await cluster().client.fetch('192.168.10.90', 8090)).body, /^Hello from node-/);
  });

  test('the Service names its pool, and what becomes a ClusterIP bears nothing of ours any more', async () => {
    const { api } = cluster();
    const pools = async (name: string): Promise<unknown> =>
      readObject(readObject(await api.get(`${servicesPath}/${name}`), 'metadata'), 'annotations')[
        'metallb.io/ip-allocated-from-pool'
      ];
    assert.equal(await pools('hello'), 'default');
    await api.create(servicesPath, loadBalancerService({ name: 'leaver' }));
    assert.deepEqual(await waitForAddresses(api, 'leaver'), ['192.168.10.91']);
    assert.equal(await pools('leaver'), 'default');
    await api.mergePatch(`${servicesPath}/leaver`, { spec: { type: 'ClusterIP' } });
    await eventually('nothing left of it', async () => {
      const status = readObject(await api.get(`${servicesPath}/leaver`), 'status');
      const left = [await pools('leaver'), ...readObjects(status, 'conditions')].filter((each) => each !== undefined);
      return left.length === 0 || undefined;
    });
    await api.delete(`${servicesPath}/leaver`);
  });

  test('an unknown key is reported with line and column, and the config before it stays in force', async () => {
    const { api, client } = cluster();
    await applyManifests(cluster(), configMap(`${original}\n  adresses: [10.0.0.0/8]`));
    await eventually('the Warning', async () => {
      const warnings = await warningsOn(api, 'ConfigMap', 'config', heraldNamespace);
      return warnings.find((text) => /adresses.*line 6, column 3|line 6, column 3.*adresses/.test(text));
    });
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/hello`)), ['192.168.10.90']);
    assert.match((await client.fetch('192.168.10.90', 8090)).body, /^Hello/);
    await api.create(servicesPath, loadBalancerService({ name: 'second' }));
    assert.deepEqual(await waitForAddresses(api, 'second'), ['192.168.10.91']);
  });

  test('text that is no YAML costs nothing either, and a mended one takes effect', async () => {
    const { api } = cluster();
    await applyManifests(cluster(), configMap('- name: [default'));
    await eventually('the Warning', async () => {
      const warnings = await warningsOn(api, 'ConfigMap', 'config', heraldNamespace);
      return warnings.length >= 2 || undefined;
    });
    await applyManifests(
      cluster(),
      configMap(original.replace('192.168.10.100', '192.168.10.91\n  - 192.168.10.95/32')),
    );
    await api.create(servicesPath, loadBalancerService({ name: 'third' }));
    assert.deepEqual(await waitForAddresses(api, 'third'), ['192.168.10.95']);
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/hello`)), ['192.168.10.90']);
  });

  test('with an IPAddressPool beside it the ConfigMap is not read, and a Warning says so', async () => {
    const { api, client } = cluster();
    await applyManifests(
      cluster(),
      `
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: all, namespace: herald-system }
spec: {}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: default, namespace: herald-system }
spec: { addresses: [192.168.10.80-192.168.10.95] }
`,
    );
    await eventually('the Warning', async () => {
      const warnings = await warningsOn(api, 'ConfigMap', 'config', heraldNamespace);
      return warnings.find((text) => text.includes('not read'));
    });
    await api.create(servicesPath, loadBalancerService({ name: 'fourth' }));
    assert.deepEqual(await waitForAddresses(api, 'fourth'), ['192.168.10.80']);
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/hello`)), ['192.168.10.90']);
    assert.match((await client.fetch('192.168.10.90', 8090)).body, /^Hello/);
  });
});
