import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObject, readObjects } from '../../shared/api/json.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { warningsOn } from './complaints.ts';
import { ownerSeenByClient, waitForOwner } from './lan-view.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
const addresses = ['192.168.10.90', '2001:db8:10::90'];

await clusterSuite(import.meta.filename, { name: 'traffic policies and kube-proxy modes' }, (cluster) => {
  async function setReady(ready: Readonly<Record<string, boolean>>): Promise<void> {
    for (const node of cluster().nodes) await node.setPodReady(cluster().api, ready[node.name] ?? false);
  }

  test('externalTrafficPolicy Local: the owner is a node with a ready endpoint, and serves the page itself', async () => {
    const { api, client } = cluster();
    await api.create(`${resources}/ipaddresspools`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan' },
      spec: { addresses: ['192.168.10.90-192.168.10.99', '2001:db8:10::90-2001:db8:10::99'] },
    });
    await api.create(`${resources}/l2advertisements`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'all' },
    });
    await setReady({ 'node-b': true });
    await api.create(
      servicesPath,
      loadBalancerService({
        name: 'local',
        ipFamilyPolicy: 'RequireDualStack',
        spec: { externalTrafficPolicy: 'Local' },
      }),
    );
    assert.deepEqual(await waitForAddresses(api, 'local', 2), addresses);
    for (const address of addresses) {
      await waitForOwner(cluster(), address, { is: 'node-b' });
      assert.match((await client.fetch(address, 80)).body, /^Hello from node-b\./);
    }
  });

  test('when the endpoint moves, so does the address', async () => {
    await setReady({ 'node-a': true });
    for (const address of addresses) {
      await eventually('node-a serves', async () => {
        assert.equal(await ownerSeenByClient(cluster(), address), 'node-a');
        assert.match((await cluster().client.fetch(address, 80)).body, /^Hello from node-a\./);
        return true;
      });
    }
  });

  test('without any endpoint nobody answers, and the Service says why', async () => {
    const { api, client } = cluster();
    await setReady({});
    await eventually('silence', async () => {
      await client.forgetNeighbours();
      await assert.rejects(client.fetch('192.168.10.90', 80, 500));
      return (await client.neighbour('192.168.10.90')) === undefined || undefined;
    });
    await eventually('Announced=False', async () => {
      const status = readObject(await api.get(`${servicesPath}/local`), 'status');
      const condition = readObjects(status, 'conditions').find(({ type }) => type === 'herald/Announced');
      assert.equal(condition?.['status'], 'False');
      const warnings = await warningsOn(api, 'Service', 'local', 'default');
      return warnings.some((text) => text.startsWith('NotAnnounced')) || undefined;
    });
  });

  test('with the endpoints back the Service is announced again', async () => {
    await setReady({ 'node-a': true, 'node-b': true, 'node-c': true });
    for (const address of addresses) await waitForOwner(cluster(), address);
    await eventually('Announced=True', async () => {
      const status = readObject(await cluster().api.get(`${servicesPath}/local`), 'status');
      const condition = readObjects(status, 'conditions').find(({ type }) => type === 'herald/Announced');
      return condition?.['status'] === 'True' || undefined;
    });
  });

  test('in IPVS mode with strict ARP only the owner answers, though every node holds the address', async () => {
    for (const node of cluster().nodes) await node.setProxyMode('ipvs-strict-arp');
    for (const address of addresses) {
      const owner = await waitForOwner(cluster(), address);
      for (let i = 0; i < 10; i++) assert.equal(await ownerSeenByClient(cluster(), address), owner);
    }
  });

  test('an advertisement for one node moves the address there', async () => {
    const { api } = cluster();
    for (const name of ['node-a', 'node-b', 'node-c']) {
      await api.mergePatch(`${resources}/l2advertisements/all`, {
        spec: { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': name } }] },
      });
      for (const address of addresses) {
        await waitForOwner(cluster(), address, { is: name });
      }
    }
  });
});
